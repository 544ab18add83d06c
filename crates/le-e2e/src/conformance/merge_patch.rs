//! Merge patches.

use anyhow::ensure;
use serde_json::{Value, json};

use super::answer::same;
use super::bench::MERGE;
use super::{Bench, Done, claims};

claims!("merge_patch":
    a_merge_patch_adds_changes_and_removes,
    a_version_in_a_patch_is_a_precondition,
    a_patch_cannot_make_another_object_of_it,
    a_patch_of_what_is_not_there_is_not_found,
    a_patch_that_is_no_object_is_refused,
    a_dry_patch_changes_nothing,
    a_field_of_the_wrong_type_is_shown_with_all_of_the_object,
    force_is_for_apply_alone,
);

async fn a_merge_patch_adds_changes_and_removes(bench: Bench) -> Done {
    bench.made_map("x", json!({ "a": "1", "b": "2" })).await?;
    let patch = json!({ "data": { "a": null, "b": "3", "c": "4" }, "metadata": { "labels": { "l": "m" } } });
    let patched = bench.merge(&bench.map("x"), patch).await?;
    patched
        .code(200)?
        .has("/data", json!({ "b": "3", "c": "4" }))?
        .has("/metadata/labels", json!({ "l": "m" }))?;
    Ok(())
}

async fn a_version_in_a_patch_is_a_precondition(bench: Bench) -> Done {
    let made = bench.made_map("x", json!({})).await?;
    let patch = |version: &str| json!({ "metadata": { "resourceVersion": version }, "data": { "a": "b" } });
    let refused = bench.merge(&bench.map("x"), patch("1")).await?;
    let message = "Operation cannot be fulfilled on configmaps \"x\": the object has been modified; \
                   please apply your changes to the latest version and try again";
    refused.refused(409, "Conflict", message)?;
    bench.merge(&bench.map("x"), patch(made.version()?)).await?.code(200)?;
    Ok(())
}

async fn a_patch_cannot_make_another_object_of_it(bench: Bench) -> Done {
    bench.made_map("x", json!({})).await?;
    for (patch, code) in [
        (json!({ "metadata": { "name": "y" } }), 400),
        (json!({ "metadata": { "namespace": "y" } }), 400),
        (json!({ "metadata": { "uid": "y" } }), 422),
        (json!({ "kind": "Secret" }), 422),
        (json!({ "data": { "a": 1 } }), 422),
    ] {
        bench.merge(&bench.map("x"), patch).await?.code(code)?;
    }
    Ok(())
}

async fn a_patch_of_what_is_not_there_is_not_found(bench: Bench) -> Done {
    let refused = bench.merge(&bench.lease("x"), json!({})).await?;
    refused.refused(404, "NotFound", r#"leases.coordination.k8s.io "x" not found"#)?;
    Ok(())
}

async fn a_patch_that_is_no_object_is_refused(bench: Bench) -> Done {
    bench.made_map("x", json!({})).await?;
    for body in ["[]", "nonsense", "", "5"] {
        let headers = [("content-type", MERGE)];
        let refused = bench.send(http::Method::PATCH, &bench.map("x"), &headers, body).await?;
        refused.code(400)?.has("/reason", "BadRequest".into())?;
    }
    Ok(())
}

async fn a_dry_patch_changes_nothing(bench: Bench) -> Done {
    bench.made_map("x", json!({ "a": "1" })).await?;
    let dry = format!("{}?dryRun=All", bench.map("x"));
    bench.merge(&dry, json!({ "data": { "a": "2" } })).await?.code(200)?.has("/data/a", "2".into())?;
    bench.get(&bench.map("x")).await?.has("/data/a", "1".into())?;
    Ok(())
}

async fn a_field_of_the_wrong_type_is_shown_with_all_of_the_object(bench: Bench) -> Done {
    bench.made_lease("x", json!({ "holderIdentity": "me" })).await?;
    let patch = json!({ "spec": { "leaseDurationSeconds": "x" } });
    let refused = bench.merge(&bench.lease("x"), patch).await?;
    refused.code(422)?.has("/reason", "Invalid".into())?;
    let message = refused.text_at("/message")?;
    ensure!(message.starts_with(r#" "" is invalid: patch: Invalid value: "{\"apiVersion\":"#), "{message}");
    let why = "json: cannot unmarshal string into Go struct field LeaseSpec.spec.leaseDurationSeconds of type int32";
    ensure!(message.ends_with(why), "{message}");
    same("the causes", refused.json["details"]["causes"].as_array().map(Vec::len), Some(1))?;
    refused.has("/details/kind", Value::Null)?.has("/details/name", Value::Null)?;
    Ok(())
}

async fn force_is_for_apply_alone(bench: Bench) -> Done {
    bench.made_map("x", json!({})).await?;
    let refused = bench.merge(&format!("{}?force=true", bench.map("x")), json!({})).await?;
    let message = "Forbidden: may not be specified for non-apply patch";
    refused.invalid(r#"PatchOptions.meta.k8s.io """#, "force", "FieldValueForbidden", message)?;
    Ok(())
}
