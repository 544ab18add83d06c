//! What PUT and PATCH do to a Lease: electors live from it.

use serde_json::json;

use super::answer::same;
use super::lease::LEASE;
use super::{Bench, Done, claims};

claims!("lease_update":
    a_lease_is_not_replaced_without_a_version,
    a_put_of_a_lease_that_is_not_there_creates_it,
    a_put_that_creates_checks_as_a_creation_does,
    an_update_and_a_patch_are_checked_too,
    a_release_keeps_what_others_wrote,
    a_lease_deleted_and_made_again_is_another,
    of_two_that_release_the_second_is_refused,
);

async fn a_lease_is_not_replaced_without_a_version(bench: Bench) -> Done {
    bench.made_lease("x", json!({ "holderIdentity": "me" })).await?;
    let message = r#"leases.coordination.k8s.io "x" is invalid: metadata.resourceVersion: Invalid value: 0: must be specified for an update"#;
    for version in [json!(null), json!(""), json!("0")] {
        let body = json!({ "metadata": { "name": "x", "resourceVersion": version }, "spec": { "holderIdentity": "you" } });
        let refused = bench.put(&bench.lease("x"), body).await?;
        refused.refused(422, "Invalid", message)?;
        let cause = json!({
            "reason": "FieldValueInvalid", "message": "Invalid value: 0: must be specified for an update",
            "field": "metadata.resourceVersion",
        });
        refused.details(json!({
            "name": "x", "group": "coordination.k8s.io", "kind": "leases", "causes": [cause],
        }))?;
    }
    bench.get(&bench.lease("x")).await?.has("/spec/holderIdentity", "me".into())?;
    Ok(())
}

async fn a_put_of_a_lease_that_is_not_there_creates_it(bench: Bench) -> Done {
    let body = json!({ "metadata": { "name": "x" }, "spec": { "holderIdentity": "me" } });
    let made = bench.put(&bench.lease("x"), body).await?;
    made.code(201)?.has("/spec/holderIdentity", "me".into())?;
    // A version is no obstacle: the object that had it is gone.
    let body = json!({ "metadata": { "name": "y", "resourceVersion": made.version()? } });
    bench.put(&bench.lease("y"), body).await?.code(201)?;
    let body = json!({ "metadata": { "name": "z", "resourceVersion": "new" } });
    let refused = bench.put(&bench.lease("z"), body).await?;
    refused.refused(500, "", r#"strconv.ParseUint: parsing "new": invalid syntax"#)?;
    Ok(())
}

async fn a_put_that_creates_checks_as_a_creation_does(bench: Bench) -> Done {
    let body = json!({ "metadata": { "name": "x" }, "spec": { "leaseDurationSeconds": 0 } });
    let refused = bench.put(&bench.lease("x"), body).await?;
    let message = "Invalid value: 0: must be greater than 0";
    refused.invalid(LEASE, "spec.leaseDurationSeconds", "FieldValueInvalid", message)?;
    let body = json!({ "metadata": { "name": "x", "uid": "another" } });
    let refused = bench.put(&bench.lease("x"), body).await?;
    refused.code(409)?.has("/reason", "Conflict".into())?;
    bench.get(&bench.lease("x")).await?.code(404)?;
    Ok(())
}

async fn an_update_and_a_patch_are_checked_too(bench: Bench) -> Done {
    let made = bench.made_lease("x", json!({ "holderIdentity": "me" })).await?;
    let mut bad = made.json.clone();
    bad["spec"]["leaseDurationSeconds"] = 0.into();
    let refused = bench.put(&bench.lease("x"), bad).await?;
    let message = "Invalid value: 0: must be greater than 0";
    refused.invalid(LEASE, "spec.leaseDurationSeconds", "FieldValueInvalid", message)?;
    let refused = bench.merge(&bench.lease("x"), json!({ "spec": { "leaseTransitions": -1 } })).await?;
    let message = "Invalid value: -1: must be greater than or equal to 0";
    refused.invalid(LEASE, "spec.leaseTransitions", "FieldValueInvalid", message)?;
    same("the version", bench.get(&bench.lease("x")).await?.version()?, made.version()?)
}

async fn a_release_keeps_what_others_wrote(bench: Bench) -> Done {
    let body = json!({
        "metadata": { "name": "x", "labels": { "team": "a" }, "annotations": { "acme.io/note": "n" } },
        "spec": { "holderIdentity": "me", "leaseDurationSeconds": 15, "leaseTransitions": 3 },
    });
    let mut lease = bench.made(&bench.leases(), body).await?.json;
    lease["spec"]["holderIdentity"] = "".into();
    lease["spec"]["leaseDurationSeconds"] = 1.into();
    let freed = bench.put(&bench.lease("x"), lease).await?;
    freed.code(200)?;
    freed.has("/spec", json!({ "holderIdentity": "", "leaseDurationSeconds": 1, "leaseTransitions": 3 }))?;
    freed.has("/metadata/labels/team", "a".into())?;
    Ok(())
}

async fn a_lease_deleted_and_made_again_is_another(bench: Bench) -> Done {
    let first = bench.made_lease("x", json!({ "holderIdentity": "me" })).await?;
    bench.delete(&bench.lease("x")).await?.code(200)?;
    bench.made_lease("x", json!({ "holderIdentity": "you" })).await?;
    // Whoever still has the first one in hand carries its uid along: that is what refuses the write.
    let refused = bench.put(&bench.lease("x"), first.json.clone()).await?;
    refused.code(409)?.has("/reason", "Conflict".into())?;
    let body = json!({ "metadata": { "name": "x", "resourceVersion": first.version()? } });
    bench.put(&bench.lease("x"), body).await?.code(409)?;
    bench.get(&bench.lease("x")).await?.has("/spec/holderIdentity", "you".into())?;
    Ok(())
}

async fn of_two_that_release_the_second_is_refused(bench: Bench) -> Done {
    let made = bench.made_lease("x", json!({ "holderIdentity": "me" })).await?;
    let mut freed = made.json.clone();
    freed["spec"]["holderIdentity"] = "".into();
    let (path, other) = (bench.lease("x"), freed.clone());
    let (one, two) = tokio::join!(bench.put(&path, freed), bench.put(&path, other));
    let mut codes = [one?.code, two?.code];
    codes.sort_unstable();
    same("the codes", codes, [200, 409])
}
