//! Deletions, and finalizers.

use anyhow::ensure;
use serde_json::{Value, json};

use super::answer::same;
use super::{Bench, Done, claims};

claims!("delete":
    a_deletion_answers_with_what_was_deleted,
    what_is_not_there_cannot_be_deleted,
    an_object_with_finalizers_waits_for_the_last_of_them,
    a_second_deletion_changes_nothing,
    no_finalizer_is_added_to_what_is_on_its_way_out,
    a_deletion_cannot_be_taken_back,
    a_name_on_its_way_out_is_still_taken,
    what_is_on_its_way_out_can_still_be_changed,
);

async fn a_deletion_answers_with_what_was_deleted(bench: Bench) -> Done {
    let made = bench.made_lease("x", json!({})).await?;
    let details =
        json!({ "name": "x", "group": "coordination.k8s.io", "kind": "leases", "uid": made.uid()? });
    let status = json!({
        "kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success", "details": details,
    });
    let deleted = bench.delete(&bench.lease("x")).await?;
    deleted.code(200)?;
    same("the answer", &deleted.json, &status)
}

async fn what_is_not_there_cannot_be_deleted(bench: Bench) -> Done {
    let refused = bench.delete(&bench.lease("x")).await?;
    refused.refused(404, "NotFound", r#"leases.coordination.k8s.io "x" not found"#)?;
    refused.details(json!({ "name": "x", "group": "coordination.k8s.io", "kind": "leases" }))?;
    Ok(())
}

/// Makes a ConfigMap `x` with two finalizers, and deletes it.
async fn leaving(bench: &Bench) -> anyhow::Result<Value> {
    let body = json!({ "metadata": { "name": "x", "finalizers": ["a.io/a", "a.io/b"] } });
    bench.made(&bench.maps(), body).await?;
    let deleted = bench.delete(&bench.map("x")).await?;
    deleted.code(200)?.has("/kind", "ConfigMap".into())?;
    Ok(deleted.json)
}

async fn finalizers(bench: &Bench, list: Value) -> anyhow::Result<super::answer::Answer> {
    bench.merge(&bench.map("x"), json!({ "metadata": { "finalizers": list } })).await
}

async fn an_object_with_finalizers_waits_for_the_last_of_them(bench: Bench) -> Done {
    let object = leaving(&bench).await?;
    ensure!(object["metadata"]["deletionTimestamp"].is_string());
    same("the time it has", &object["metadata"]["deletionGracePeriodSeconds"], 0)?;
    finalizers(&bench, json!(["a.io/b"])).await?.code(200)?;
    bench.get(&bench.map("x")).await?.code(200)?;
    let dry = format!("{}?dryRun=All", bench.map("x"));
    bench.merge(&dry, json!({ "metadata": { "finalizers": [] } })).await?.code(200)?;
    bench.get(&bench.map("x")).await?.code(200)?;
    finalizers(&bench, json!([])).await?.code(200)?;
    bench.get(&bench.map("x")).await?.code(404)?;
    Ok(())
}

async fn a_second_deletion_changes_nothing(bench: Bench) -> Done {
    let first = leaving(&bench).await?;
    let second = bench.delete(&bench.map("x")).await?;
    same(
        "the version",
        second.code(200)?.version()?,
        first["metadata"]["resourceVersion"].as_str().unwrap_or_default(),
    )
}

async fn no_finalizer_is_added_to_what_is_on_its_way_out(bench: Bench) -> Done {
    leaving(&bench).await?;
    let refused = finalizers(&bench, json!(["a.io/a", "a.io/b", "a.io/c"])).await?;
    let message = "Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers []string{\"a.io/c\"}";
    refused.invalid(r#"ConfigMap "x""#, "metadata.finalizers", "FieldValueForbidden", message)?;
    Ok(())
}

async fn a_deletion_cannot_be_taken_back(bench: Bench) -> Done {
    let object = leaving(&bench).await?;
    bench.merge(&bench.map("x"), json!({ "metadata": { "deletionTimestamp": null } })).await?.code(200)?;
    let now = bench.get(&bench.map("x")).await?;
    now.has("/metadata/deletionTimestamp", object["metadata"]["deletionTimestamp"].clone())?;
    Ok(())
}

async fn a_name_on_its_way_out_is_still_taken(bench: Bench) -> Done {
    leaving(&bench).await?;
    let refused = bench.post(&bench.maps(), json!({ "metadata": { "name": "x" } })).await?;
    refused.refused(409, "AlreadyExists", r#"object is being deleted: configmaps "x" already exists"#)?;
    Ok(())
}

async fn what_is_on_its_way_out_can_still_be_changed(bench: Bench) -> Done {
    leaving(&bench).await?;
    let changed = bench.merge(&bench.map("x"), json!({ "data": { "a": "1" } })).await?;
    changed.code(200)?.has("/data/a", "1".into())?;
    ensure!(changed.json["metadata"]["deletionTimestamp"].is_string());
    Ok(())
}
