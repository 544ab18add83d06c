//! The rules of Secrets.

use serde_json::json;

use super::{Bench, Done, claims};

claims!("secrets":
    string_data_ends_up_in_data,
    a_type_is_given_once,
    without_a_type_it_is_opaque_each_time,
    what_is_immutable_stays,
);

async fn string_data_ends_up_in_data(bench: Bench) -> Done {
    let secrets = bench.core("secrets");
    let body = json!({ "metadata": { "name": "s" }, "stringData": { "a": "b" }, "data": { "c": "ZA==" } });
    let made = bench.made(&secrets, body).await?;
    made.has("/type", "Opaque".into())?.has("/stringData", json!(null))?;
    made.has("/data", json!({ "a": "Yg==", "c": "ZA==" }))?;
    let patched = bench.merge(&format!("{secrets}/s"), json!({ "stringData": { "c": "x" } })).await?;
    patched.code(200)?.has("/data", json!({ "a": "Yg==", "c": "eA==" }))?;
    Ok(())
}

async fn a_type_is_given_once(bench: Bench) -> Done {
    let secrets = bench.core("secrets");
    bench.made(&secrets, json!({ "metadata": { "name": "s" } })).await?;
    let refused = bench.merge(&format!("{secrets}/s"), json!({ "type": "foo" })).await?;
    let message = "Invalid value: \"foo\": field is immutable";
    refused.invalid(r#"Secret "s""#, "type", "FieldValueInvalid", message)?;
    Ok(())
}

async fn without_a_type_it_is_opaque_each_time(bench: Bench) -> Done {
    let secrets = bench.core("secrets");
    let body = json!({ "metadata": { "name": "s" } });
    bench.made(&secrets, body.clone()).await?.has("/type", "Opaque".into())?;
    bench.put(&format!("{secrets}/s"), body).await?.code(200)?.has("/type", "Opaque".into())?;
    Ok(())
}

async fn what_is_immutable_stays(bench: Bench) -> Done {
    let secrets = bench.core("secrets");
    let body = json!({ "metadata": { "name": "s" }, "data": { "c": "ZA==" }, "immutable": true });
    bench.made(&secrets, body).await?;
    let refused = bench.merge(&format!("{secrets}/s"), json!({ "data": { "c": "Yg==" } })).await?;
    let message = "Forbidden: field is immutable when `immutable` is set";
    refused.invalid(r#"Secret "s""#, "data", "FieldValueForbidden", message)?;
    Ok(())
}
