//! What can be applied, and how lists are owned.

use anyhow::Result;
use serde_json::{Value, json};

use super::answer::Answer;
use super::bench::APPLY;
use super::{Bench, Done, claims};

claims!("apply_fields":
    an_apply_needs_a_manager,
    an_apply_needs_a_type,
    unknown_fields_cannot_be_applied,
    what_has_another_type_cannot_be_applied,
    managed_fields_cannot_be_applied,
    what_is_applied_must_fit_the_path,
    yaml_can_be_applied,
    finalizers_are_owned_one_by_one,
    labels_are_owned_one_by_one,
    a_manager_has_a_name_that_can_be_printed,
    a_uid_of_what_is_not_there_is_a_conflict,
);

async fn send(bench: &Bench, query: &str, body: impl Into<Vec<u8>>) -> Result<Answer> {
    let headers = [("content-type", APPLY)];
    bench.send(http::Method::PATCH, &format!("{}{query}", bench.map("x")), &headers, body).await
}

fn map(metadata: Value) -> String {
    let mut metadata = metadata;
    if metadata["name"].is_null() {
        metadata["name"] = "x".into();
    }
    json!({ "apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata }).to_string()
}

async fn an_apply_needs_a_manager(bench: Bench) -> Done {
    for query in ["", "?fieldManager=", "?force=true"] {
        let refused = send(&bench, query, map(json!({}))).await?;
        let message = "Required value: is required for apply patch";
        refused.invalid(r#"PatchOptions.meta.k8s.io """#, "fieldManager", "FieldValueRequired", message)?;
        refused.has("/details/kind", "PatchOptions".into())?.has("/details/group", "meta.k8s.io".into())?;
    }
    Ok(())
}

async fn an_apply_needs_a_type(bench: Bench) -> Done {
    for (body, told) in [
        ("{}", "/, Kind="),
        (r#"{"apiVersion":"v1"}"#, "/v1, Kind="),
        (r#"{"kind":"ConfigMap"}"#, "/, Kind=ConfigMap"),
        (r#"{"apiVersion":"v1","kind":"Secret"}"#, "/v1, Kind=Secret"),
        (r#"{"apiVersion":"v2","kind":"ConfigMap"}"#, "/v2, Kind=ConfigMap"),
    ] {
        let refused = send(&bench, "?fieldManager=m", body).await?;
        refused.refused(400, "BadRequest", &format!("invalid object type: {told}"))?;
    }
    let refused = send(&bench, "?fieldManager=m", "[]").await?;
    let message = "error decoding patch: error unmarshaling JSON: while decoding JSON: json: cannot unmarshal array into Go value of \
                   type map[string]interface {}";
    refused.refused(400, "BadRequest", message)?;
    Ok(())
}

async fn unknown_fields_cannot_be_applied(bench: Bench) -> Done {
    for validation in ["", "&fieldValidation=Ignore"] {
        let body = r#"{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"x"},"foo":1}"#;
        let refused = send(&bench, &format!("?fieldManager=m{validation}"), body).await?;
        let message = "failed to create typed patch object (/x; /v1, Kind=ConfigMap): .foo: field not declared in schema";
        refused.refused(500, "", message)?;
    }
    Ok(())
}

async fn what_has_another_type_cannot_be_applied(bench: Bench) -> Done {
    let message = |why: &str| format!("failed to create typed patch object (/x; /v1, Kind=ConfigMap): {why}");
    for (field, value, why) in [
        ("data", json!({ "a": 5 }), ".data.a: expected string, got &value.valueUnstructured{Value:5}"),
        ("data", json!(5), ".data: expected map, got &{5}"),
        ("data", json!([]), ".data: expected map, got &{[]}"),
        ("immutable", json!("x"), ".immutable: expected boolean, got &{x}"),
    ] {
        let mut config = json!({ "apiVersion": "v1", "kind": "ConfigMap", "metadata": { "name": "x" } });
        config[field] = value;
        let refused = send(&bench, "?fieldManager=m", config.to_string()).await?;
        refused.refused(500, "", &message(why))?;
    }
    let lease = json!({
        "apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "metadata": { "name": "x" },
        "spec": { "leaseDurationSeconds": "15" },
    });
    let refused = bench.patch(&format!("{}?fieldManager=m", bench.lease("x")), APPLY, lease).await?;
    let message = "failed to create typed patch object (/x; coordination.k8s.io/v1, Kind=Lease): .spec.leaseDurationSeconds: \
                   expected numeric (int or float), got string";
    refused.refused(500, "", message)?;
    Ok(())
}

async fn managed_fields_cannot_be_applied(bench: Bench) -> Done {
    let refused = send(&bench, "?fieldManager=m", map(json!({ "managedFields": [] }))).await?;
    refused.refused(400, "BadRequest", "metadata.managedFields must be nil")?;
    Ok(())
}

async fn what_is_applied_must_fit_the_path(bench: Bench) -> Done {
    let refused = send(&bench, "?fieldManager=m", map(json!({ "name": "y" }))).await?;
    refused.code(400)?;
    let refused = send(&bench, "?fieldManager=m", map(json!({ "name": "x", "namespace": "other" }))).await?;
    refused.code(400)?;
    // What is there need not be named again.
    let nameless = r#"{"apiVersion":"v1","kind":"ConfigMap"}"#;
    let refused = send(&bench, "?fieldManager=m", nameless).await?;
    let message = "the name of the object (x based on URL) was undeterminable: name must be provided";
    refused.refused(400, "BadRequest", message)?;
    bench.made_map("x", json!({})).await?;
    send(&bench, "?fieldManager=m", nameless).await?.code(200)?;
    Ok(())
}

async fn yaml_can_be_applied(bench: Bench) -> Done {
    let body = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: x\ndata:\n  a: \"1\"\n";
    send(&bench, "?fieldManager=m", body).await?.code(201)?.has("/data/a", "1".into())?;
    Ok(())
}

async fn finalizers_are_owned_one_by_one(bench: Bench) -> Done {
    let with = |finalizer: &str| map(json!({ "finalizers": [finalizer] }));
    send(&bench, "?fieldManager=m", with("a.io/m")).await?.code(201)?;
    let both = send(&bench, "?fieldManager=n", with("a.io/n")).await?;
    both.code(200)?.has("/metadata/finalizers", json!(["a.io/m", "a.io/n"]))?;
    let left = send(&bench, "?fieldManager=m", map(json!({}))).await?;
    left.code(200)?.has("/metadata/finalizers", json!(["a.io/n"]))?;
    Ok(())
}

async fn labels_are_owned_one_by_one(bench: Bench) -> Done {
    send(&bench, "?fieldManager=m", map(json!({ "labels": { "a": "1" } }))).await?.code(201)?;
    let both = send(&bench, "?fieldManager=n", map(json!({ "labels": { "b": "1" } }))).await?;
    both.code(200)?.has("/metadata/labels", json!({ "a": "1", "b": "1" }))?;
    let refused = send(&bench, "?fieldManager=n", map(json!({ "labels": { "a": "2", "b": "1" } }))).await?;
    let message = r#"Apply failed with 1 conflict: conflict with "m": .metadata.labels.a"#;
    refused.refused(409, "Conflict", message)?;
    let left = send(&bench, "?fieldManager=m", map(json!({}))).await?;
    left.code(200)?.has("/metadata/labels", json!({ "b": "1" }))?;
    Ok(())
}

async fn a_manager_has_a_name_that_can_be_printed(bench: Bench) -> Done {
    let long = "a".repeat(129);
    for manager in ["a%09b", long.as_str()] {
        let refused = send(&bench, &format!("?fieldManager={manager}"), map(json!({}))).await?;
        refused.code(422)?.has("/details/causes/0/field", "fieldManager".into())?;
        let message = match manager {
            "a%09b" => "Invalid value: \"a\\tb\": invalid character U+0009 (at position 1)",
            _ => "Too long: may not be more than 128 bytes",
        };
        refused.has("/details/causes/0/message", message.into())?;
        let path = format!("{}?fieldManager={manager}", bench.maps());
        let refused = bench.post(&path, json!({ "metadata": { "name": "x" } })).await?;
        refused.code(422)?.has("/details/kind", "CreateOptions".into())?;
    }
    send(&bench, &format!("?fieldManager={}", "a".repeat(128)), map(json!({}))).await?.code(201)?;
    Ok(())
}

async fn a_uid_of_what_is_not_there_is_a_conflict(bench: Bench) -> Done {
    let refused = send(&bench, "?fieldManager=m", map(json!({ "uid": "u" }))).await?;
    let message = "Operation cannot be fulfilled on configmaps \"x\": uid mismatch: the provided object specified uid u, and no \
                   existing object was found";
    refused.refused(409, "Conflict", message)?;
    Ok(())
}
