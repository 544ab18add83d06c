//! Server-side apply: who owns what.

use anyhow::{Result, ensure};
use serde_json::{Value, json};

use super::answer::{Answer, same};
use super::bench::{APPLY, YAML};
use super::{Bench, Done, claims};

claims!("apply":
    an_apply_creates_what_is_not_there,
    what_a_manager_no_longer_applies_goes_and_what_others_own_stays,
    a_field_of_another_manager_is_a_conflict_unless_forced,
    conflicts_with_one_manager_are_listed,
    an_update_takes_the_fields_that_it_changes,
    another_owner_of_the_same_is_a_change,
    a_dry_apply_changes_nothing,
    a_lease_can_be_taken_by_apply,
    a_version_that_is_applied_is_a_precondition,
);

/// Applies a ConfigMap `x` with this data.
pub(super) async fn apply(bench: &Bench, query: &str, data: Value) -> Result<Answer> {
    let config =
        json!({ "apiVersion": "v1", "kind": "ConfigMap", "metadata": { "name": "x" }, "data": data });
    bench.patch(&format!("{}?fieldManager={query}", bench.map("x")), APPLY, config).await
}

async fn an_apply_creates_what_is_not_there(bench: Bench) -> Done {
    let made = apply(&bench, "m", json!({ "a": "1" })).await?;
    made.code(201)?.uid()?;
    let again = apply(&bench, "m", json!({ "a": "1" })).await?;
    again.code(200)?;
    same("the version after the same again", again.version()?, made.version()?)
}

async fn what_a_manager_no_longer_applies_goes_and_what_others_own_stays(bench: Bench) -> Done {
    apply(&bench, "m", json!({ "a": "1", "b": "1" })).await?.code(201)?;
    apply(&bench, "n", json!({ "b": "1", "c": "1" })).await?.code(200)?;
    apply(&bench, "m", json!({ "d": "1" })).await?.has("/data", json!({ "b": "1", "c": "1", "d": "1" }))?;
    apply(&bench, "n", json!({})).await?.has("/data", json!({ "d": "1" }))?;
    Ok(())
}

async fn a_field_of_another_manager_is_a_conflict_unless_forced(bench: Bench) -> Done {
    apply(&bench, "m", json!({ "a": "1" })).await?.code(201)?;
    let refused = apply(&bench, "n", json!({ "a": "2" })).await?;
    let message = r#"Apply failed with 1 conflict: conflict with "m": .data.a"#;
    refused.refused(409, "Conflict", message)?;
    let cause =
        json!({ "reason": "FieldManagerConflict", "message": "conflict with \"m\"", "field": ".data.a" });
    refused.details(json!({ "causes": [cause] }))?;
    apply(&bench, "n&force=false", json!({ "a": "2" })).await?.code(409)?;
    apply(&bench, "n&force=true", json!({ "a": "2" })).await?.code(200)?.has("/data", json!({ "a": "2" }))?;
    // What was taken is not m's to drop.
    apply(&bench, "m", json!({})).await?.has("/data", json!({ "a": "2" }))?;
    Ok(())
}

async fn conflicts_with_one_manager_are_listed(bench: Bench) -> Done {
    apply(&bench, "m", json!({ "a": "1", "b": "1" })).await?.code(201)?;
    let refused = apply(&bench, "n", json!({ "a": "2", "b": "2" })).await?;
    let message = "Apply failed with 2 conflicts: conflicts with \"m\":\n- .data.a\n- .data.b";
    refused.refused(409, "Conflict", message)?;
    same("the causes", refused.json["details"]["causes"].as_array().map(Vec::len), Some(2))
}

async fn an_update_takes_the_fields_that_it_changes(bench: Bench) -> Done {
    apply(&bench, "m", json!({ "a": "1", "b": "1", "c": "1" })).await?.code(201)?;
    let path = format!("{}?fieldManager=hand", bench.map("x"));
    bench.merge(&path, json!({ "data": { "a": "2", "b": "2" } })).await?.code(200)?;
    let refused = apply(&bench, "m", json!({ "a": "1", "b": "1", "c": "2" })).await?;
    let message = "Apply failed with 2 conflicts: conflicts with \"hand\" using v1:\n- .data.a\n- .data.b";
    refused.refused(409, "Conflict", message)?;
    Ok(())
}

async fn another_owner_of_the_same_is_a_change(bench: Bench) -> Done {
    let made = apply(&bench, "m", json!({ "a": "1" })).await?;
    let shared = apply(&bench, "n", json!({ "a": "1" })).await?;
    ensure!(shared.code(200)?.version()? != made.version()?, "the version stayed {}", made.version()?);
    let again = apply(&bench, "n", json!({ "a": "1" })).await?;
    same("the version after the same again", again.version()?, shared.version()?)?;
    let path = format!("{}?watch=true&timeoutSeconds=1&resourceVersion={}", bench.maps(), made.version()?);
    same("the events", bench.watch(&path).await?.rest().await?, ["MODIFIED x"])
}

async fn a_dry_apply_changes_nothing(bench: Bench) -> Done {
    apply(&bench, "m&dryRun=All", json!({ "a": "1" })).await?.code(201)?;
    bench.get(&bench.map("x")).await?.code(404)?;
    apply(&bench, "m", json!({ "a": "1" })).await?.code(201)?;
    apply(&bench, "m&dryRun=All", json!({ "a": "2" })).await?.code(200)?.has("/data/a", "2".into())?;
    bench.get(&bench.map("x")).await?.has("/data/a", "1".into())?;
    Ok(())
}

async fn a_lease_can_be_taken_by_apply(bench: Bench) -> Done {
    let take = |who: &str, how: &str| {
        let lease = json!({
            "apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "metadata": { "name": "x" },
            "spec": { "holderIdentity": who },
        });
        (format!("{}?fieldManager={who}{how}", bench.lease("x")), lease)
    };
    let (path, lease) = take("a", "");
    bench.patch(&path, APPLY, lease).await?.code(201)?.has("/spec", json!({ "holderIdentity": "a" }))?;
    let (path, lease) = take("b", "");
    let refused = bench.patch(&path, APPLY, lease).await?;
    let message = r#"Apply failed with 1 conflict: conflict with "a": .spec.holderIdentity"#;
    refused.refused(409, "Conflict", message)?;
    let (path, lease) = take("b", "&force=true");
    bench.patch(&path, APPLY, lease).await?.code(200)?.has("/spec", json!({ "holderIdentity": "b" }))?;
    Ok(())
}

async fn a_version_that_is_applied_is_a_precondition(bench: Bench) -> Done {
    let made = apply(&bench, "m", json!({ "a": "1" })).await?;
    let with = |version: &str| {
        let text = format!(
            "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: x\n  resourceVersion: \"{version}\"\ndata:\n  a: \"2\"\n"
        );
        (format!("{}?fieldManager=m", bench.map("x")), text)
    };
    // The body is YAML, of which the type says nothing more.
    let headers = [("content-type", APPLY), ("accept", "application/json")];
    let (path, body) = with("1");
    bench.send(http::Method::PATCH, &path, &headers, body).await?.code(409)?;
    let (path, body) = with(made.version()?);
    bench.send(http::Method::PATCH, &path, &headers, body).await?.code(200)?.has("/data/a", "2".into())?;
    let refused = bench.patch(&bench.map("x"), YAML, json!({})).await?;
    refused.code(415)?;
    Ok(())
}
