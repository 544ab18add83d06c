//! Fields that a type does not have.

use serde_json::{Value, json};

use super::answer::same;
use super::{Bench, Done, claims};

claims!("unknown_fields":
    they_are_dropped_and_warned_of,
    they_are_dropped_in_silence_where_that_is_asked,
    they_are_refused_where_that_is_asked,
    a_patch_is_treated_alike,
    a_field_in_another_case_is_unknown,
    a_validation_of_no_known_sort_is_refused,
);

fn body(name: &str) -> Value {
    json!({ "metadata": { "name": name }, "spec": { "foo": 1 } })
}

async fn they_are_dropped_and_warned_of(bench: Bench) -> Done {
    for (name, query) in [("a", ""), ("b", "?fieldValidation=Warn")] {
        let warned = bench.made(&format!("{}{query}", bench.leases()), body(name)).await?;
        warned.has("/spec", json!({}))?;
        same("the warnings", warned.warnings(), [r#"299 - "unknown field \"spec.foo\"""#])?;
    }
    Ok(())
}

async fn they_are_dropped_in_silence_where_that_is_asked(bench: Bench) -> Done {
    let ignored = bench.made(&format!("{}?fieldValidation=Ignore", bench.leases()), body("x")).await?;
    ignored.has("/spec", json!({}))?;
    same("the warnings", ignored.warnings(), [""; 0])
}

async fn they_are_refused_where_that_is_asked(bench: Bench) -> Done {
    let refused = bench.post(&format!("{}?fieldValidation=Strict", bench.leases()), body("x")).await?;
    let message = r#"Lease in version "v1" cannot be handled as a Lease: strict decoding error: unknown field "spec.foo""#;
    refused.refused(400, "BadRequest", message)?;
    let path = format!("{}?fieldValidation=Strict", bench.lease("x"));
    bench.put(&path, body("x")).await?.refused(400, "BadRequest", message)?;
    bench.get(&bench.lease("x")).await?.code(404)?;
    Ok(())
}

async fn a_patch_is_treated_alike(bench: Bench) -> Done {
    bench.made_lease("x", json!({})).await?;
    let warned = bench.merge(&bench.lease("x"), json!({ "spec": { "foo": 1 } })).await?;
    warned.code(200)?.has("/spec", json!({}))?;
    same("the warnings", warned.warnings(), [r#"299 - "unknown field \"spec.foo\"""#])?;
    let path = format!("{}?fieldValidation=Strict", bench.lease("x"));
    let refused = bench.merge(&path, json!({ "spec": { "foo": 1 } })).await?;
    refused.code(422)?.has("/details/causes/0/field", "patch".into())?;
    Ok(())
}

async fn a_field_in_another_case_is_unknown(bench: Bench) -> Done {
    let body = json!({ "metadata": { "name": "x" }, "spec": { "HolderIdentity": "me" } });
    let made = bench.made(&bench.leases(), body).await?;
    made.has("/spec", json!({}))?;
    same("the warnings", made.warnings(), [r#"299 - "unknown field \"spec.HolderIdentity\"""#])
}

async fn a_validation_of_no_known_sort_is_refused(bench: Bench) -> Done {
    let refused = bench.post(&format!("{}?fieldValidation=Some", bench.leases()), body("x")).await?;
    let message = r#"Unsupported value: "Some": supported values: "", "Ignore", "Strict", "Warn""#;
    refused.invalid(
        r#"CreateOptions.meta.k8s.io """#,
        "fieldValidation",
        "FieldValueNotSupported",
        message,
    )?;
    Ok(())
}
