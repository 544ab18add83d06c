//! Deletions under conditions, and with options.

use serde_json::json;

use super::{Bench, Done, claims};

claims!("preconditions":
    a_uid_that_does_not_match_is_a_conflict,
    a_version_that_does_not_match_is_a_conflict,
    a_deletion_under_conditions_that_hold_deletes,
    every_propagation_policy_is_accepted_and_nothing_else,
    a_dry_deletion_deletes_nothing,
    options_of_another_type_are_refused,
    options_are_decoded_strictly,
    the_options_of_a_body_are_all_that_counts,
    what_waits_is_202_where_dependents_are_not_orphaned,
    dependents_that_are_seen_to_keep_an_object differs "a collector sees to it on a real one, which does not run there; the embedded one acts as if it were done",
    a_grace_period_that_is_no_number_is_refused,
);

const WHAT: &str = r#"Operation cannot be fulfilled on Lease.coordination.k8s.io "x": "#;

async fn a_uid_that_does_not_match_is_a_conflict(bench: Bench) -> Done {
    let made = bench.made_lease("x", json!({})).await?;
    let options = json!({ "preconditions": { "uid": "other", "resourceVersion": made.version()? } });
    let refused = bench.delete_with(&bench.lease("x"), options).await?;
    let message = format!(
        "{WHAT}the UID in the precondition (other) does not match the UID in record ({}). The object might have been deleted and \
         then recreated",
        made.uid()?
    );
    refused.refused(409, "Conflict", &message)?;
    refused.details(json!({ "name": "x", "group": "coordination.k8s.io", "kind": "Lease" }))?;
    bench.get(&bench.lease("x")).await?.code(200)?;
    Ok(())
}

async fn a_version_that_does_not_match_is_a_conflict(bench: Bench) -> Done {
    let made = bench.made_lease("x", json!({})).await?;
    let options = json!({ "preconditions": { "uid": made.uid()?, "resourceVersion": "1" } });
    let refused = bench.delete_with(&bench.lease("x"), options).await?;
    let message = format!(
        "{WHAT}the ResourceVersion in the precondition (1) does not match the ResourceVersion in record ({}). The object might have \
         been modified",
        made.version()?
    );
    refused.refused(409, "Conflict", &message)?;
    Ok(())
}

async fn a_deletion_under_conditions_that_hold_deletes(bench: Bench) -> Done {
    let made = bench.made_lease("x", json!({})).await?;
    let options = json!({ "preconditions": { "uid": made.uid()?, "resourceVersion": made.version()? } });
    bench.delete_with(&bench.lease("x"), options).await?.code(200)?;
    bench.get(&bench.lease("x")).await?.code(404)?;
    Ok(())
}

async fn every_propagation_policy_is_accepted_and_nothing_else(bench: Bench) -> Done {
    bench.made_map("x", json!({})).await?;
    let refused = bench.delete_with(&bench.map("x"), json!({ "propagationPolicy": "" })).await?;
    refused.code(422)?.has("/details/causes/0/field", "propagationPolicy".into())?;
    for query in ["propagationPolicy=Sideways", "propagationPolicy=background"] {
        let refused = bench.delete(&format!("{}?{query}", bench.map("x"))).await?;
        refused.code(422)?.has("/details/causes/0/field", "propagationPolicy".into())?;
        refused.has("/details/causes/0/reason", "FieldValueNotSupported".into())?;
    }
    for policy in ["Background", "Foreground", "Orphan"] {
        let options = json!({ "propagationPolicy": policy, "dryRun": ["All"] });
        bench.delete_with(&bench.map("x"), options).await?.code(200)?;
    }
    bench.delete_with(&bench.map("x"), json!({ "propagationPolicy": "Background" })).await?.code(200)?;
    bench.get(&bench.map("x")).await?.code(404)?;
    Ok(())
}

async fn a_dry_deletion_deletes_nothing(bench: Bench) -> Done {
    bench.made_map("x", json!({})).await?;
    bench.delete(&format!("{}?dryRun=All", bench.map("x"))).await?.code(200)?;
    bench.delete_with(&bench.map("x"), json!({ "dryRun": ["All"] })).await?.code(200)?;
    bench.get(&bench.map("x")).await?.code(200)?;
    for refused in [
        bench.delete(&format!("{}?dryRun=Some", bench.map("x"))).await?,
        bench.delete_with(&bench.map("x"), json!({ "dryRun": ["Some"] })).await?,
    ] {
        refused.code(422)?.has("/details/causes/0/field", "dryRun".into())?;
        refused.has("/details/kind", "DeleteOptions".into())?;
    }
    Ok(())
}

async fn options_of_another_type_are_refused(bench: Bench) -> Done {
    bench.made_map("x", json!({})).await?;
    let refused = bench.delete_with(&bench.map("x"), json!({ "kind": "Foo", "apiVersion": "v1" })).await?;
    let message = r#"no kind "Foo" is registered for version "v1" in scheme "pkg/runtime/scheme.go:111""#;
    refused.refused(400, "BadRequest", message)?;
    let refused = bench.delete_with(&bench.map("x"), json!({ "kind": "Foo" })).await?;
    let message =
        r#"no kind "Foo" is registered for version "meta.k8s.io/v1" in scheme "pkg/runtime/scheme.go:111""#;
    refused.refused(400, "BadRequest", message)?;
    bench
        .delete_with(&bench.map("x"), json!({ "kind": "DeleteOptions", "apiVersion": "v1" }))
        .await?
        .code(200)?;
    Ok(())
}

async fn options_are_decoded_strictly(bench: Bench) -> Done {
    bench.made_map("x", json!({})).await?;
    let field = "into Go struct field DeleteOptions";
    for (options, message) in [
        (
            json!({ "dryRun": "All" }),
            format!("json: cannot unmarshal string {field}.dryRun of type []string"),
        ),
        (
            json!({ "gracePeriodSeconds": "a" }),
            format!("json: cannot unmarshal string {field}.gracePeriodSeconds of type int64"),
        ),
    ] {
        bench.delete_with(&bench.map("x"), options).await?.refused(400, "BadRequest", &message)?;
    }
    for body in [json!([]), json!(5)] {
        bench.delete_with(&bench.map("x"), body).await?.code(400)?.has("/reason", "BadRequest".into())?;
    }
    let message = r#"DeleteOptions.meta.k8s.io "" is invalid: dryRun: Unsupported value: ["All","Some"]: supported values: "All""#;
    let refused = bench.delete_with(&bench.map("x"), json!({ "dryRun": ["All", "Some"] })).await?;
    refused.refused(422, "Invalid", message)?;
    let refused = bench.delete(&format!("{}?dryRun=All&dryRun=Some", bench.map("x"))).await?;
    refused.refused(422, "Invalid", message)?;
    bench.delete_with(&bench.map("x"), json!({ "foo": 1 })).await?.code(200)?;
    Ok(())
}

async fn the_options_of_a_body_are_all_that_counts(bench: Bench) -> Done {
    bench.made_map("x", json!({})).await?;
    for query in ["dryRun=Some", "propagationPolicy=Sideways", "fieldValidation=Some"] {
        let path = format!("{}?{query}", bench.map("x"));
        bench.delete_with(&path, json!({ "dryRun": ["All"] })).await?.code(200)?;
    }
    Ok(())
}

async fn what_waits_is_202_where_dependents_are_not_orphaned(bench: Bench) -> Done {
    let body = json!({ "metadata": { "name": "x", "finalizers": ["a.io/a"] } });
    bench.made(&bench.maps(), body).await?;
    bench.made_map("y", json!({})).await?;
    for (name, code) in [("x", 202), ("y", 200)] {
        bench.delete_with(&bench.map(name), json!({ "orphanDependents": false })).await?.code(code)?;
    }
    Ok(())
}

async fn dependents_that_are_seen_to_keep_an_object(bench: Bench) -> Done {
    for (policy, finalizer) in [("Orphan", "orphan"), ("Foreground", "foregroundDeletion")] {
        let name = policy.to_lowercase();
        bench.made_map(&name, json!({})).await?;
        let options = json!({ "propagationPolicy": policy });
        let deleted = bench.delete_with(&bench.map(&name), options).await?;
        deleted.code(200)?;
        if bench.is_real() {
            deleted.has("/metadata/finalizers", json!([finalizer]))?;
        }
        bench.get(&bench.map(&name)).await?.code(if bench.is_real() { 200 } else { 404 })?;
    }
    Ok(())
}

async fn a_grace_period_that_is_no_number_is_refused(bench: Bench) -> Done {
    bench.made_map("x", json!({})).await?;
    bench.delete(&format!("{}?gracePeriodSeconds=a", bench.map("x"))).await?.code(400)?;
    bench.delete_with(&bench.map("x"), json!({ "gracePeriodSeconds": 30 })).await?.code(200)?;
    // Only what runs somewhere is given time.
    bench.get(&bench.map("x")).await?.code(404)?;
    Ok(())
}
