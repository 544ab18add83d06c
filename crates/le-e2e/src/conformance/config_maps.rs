//! The rules of ConfigMaps.

use serde_json::json;

use super::{Bench, Done, claims};

claims!("config_maps":
    keys_are_names_of_files,
    a_key_stands_in_one_of_both,
    a_config_map_has_its_limit,
    what_is_immutable_stays,
    binary_data_is_base64,
);

const MAP: &str = r#"ConfigMap "x""#;

async fn keys_are_names_of_files(bench: Bench) -> Done {
    let why = "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or \
               'key-name', regex used for validation is '[-._a-zA-Z0-9]+')";
    let body = json!({ "metadata": { "name": "x" }, "data": { "a b": "c" } });
    let refused = bench.post(&bench.maps(), body).await?;
    refused.invalid(MAP, "data[a b]", "FieldValueInvalid", &format!("Invalid value: \"a b\": {why}"))?;
    let body = json!({ "metadata": { "name": "x" }, "data": { "..": "c" } });
    bench.post(&bench.maps(), body).await?.code(422)?;
    bench.made_map("x", json!({ "a.b": "", "_": "" })).await?;
    Ok(())
}

async fn a_key_stands_in_one_of_both(bench: Bench) -> Done {
    let body = json!({ "metadata": { "name": "x" }, "data": { "a": "b" }, "binaryData": { "a": "Yg==" } });
    let refused = bench.post(&bench.maps(), body).await?;
    refused.code(422)?.has(
        "/details/causes/0/message",
        "Invalid value: \"a\": duplicate of key present in binaryData".into(),
    )?;
    Ok(())
}

async fn a_config_map_has_its_limit(bench: Bench) -> Done {
    let body = json!({ "metadata": { "name": "x" }, "data": { "a": "x".repeat(1_048_577) } });
    let refused = bench.post(&bench.maps(), body).await?;
    refused.invalid(MAP, "", "FieldValueTooLong", "Too long: may not be more than 1048576 bytes").or_else(
        |_| refused.invalid(MAP, "[]", "FieldValueTooLong", "Too long: may not be more than 1048576 bytes"),
    )?;
    Ok(())
}

async fn what_is_immutable_stays(bench: Bench) -> Done {
    let body = json!({ "metadata": { "name": "x" }, "data": { "a": "1" }, "immutable": true });
    bench.made(&bench.maps(), body).await?;
    let refused = bench.merge(&bench.map("x"), json!({ "data": { "a": "2" } })).await?;
    let message = "Forbidden: field is immutable when `immutable` is set";
    refused.invalid(MAP, "data", "FieldValueForbidden", message)?;
    let refused = bench.merge(&bench.map("x"), json!({ "immutable": false })).await?;
    refused.invalid(MAP, "immutable", "FieldValueForbidden", message)?;
    bench.merge(&bench.map("x"), json!({ "metadata": { "labels": { "a": "b" } } })).await?.code(200)?;
    bench.delete(&bench.map("x")).await?.code(200)?;
    Ok(())
}

async fn binary_data_is_base64(bench: Bench) -> Done {
    let body = json!({ "metadata": { "name": "x" }, "binaryData": { "a": "!" } });
    let refused = bench.post(&bench.maps(), body).await?;
    let message =
        "ConfigMap in version \"v1\" cannot be handled as a ConfigMap: illegal base64 data at input byte 0";
    refused.refused(400, "BadRequest", message)?;
    let body = json!({ "metadata": { "name": "x" }, "binaryData": { "a": "Yg==" } });
    bench.made(&bench.maps(), body).await?.has("/binaryData", json!({ "a": "Yg==" }))?;
    Ok(())
}
