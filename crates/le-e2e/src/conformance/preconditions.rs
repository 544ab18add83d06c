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
    bench
        .delete_with(&bench.map("x"), json!({ "kind": "DeleteOptions", "apiVersion": "v1" }))
        .await?
        .code(200)?;
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
