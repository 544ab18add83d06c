//! Updates: PUT.

use anyhow::ensure;
use serde_json::{Value, json};

use super::answer::same;
use super::{Bench, Done, claims};

claims!("update":
    every_write_has_a_greater_version_than_the_one_before_whatever_it_wrote,
    the_second_of_two_writers_is_told_of_a_conflict,
    a_write_that_changes_nothing_keeps_the_version,
    a_config_map_is_replaced_without_a_version,
    a_config_map_that_is_not_there_is_not_found,
    name_and_namespace_of_the_body_must_fit_the_path,
    a_uid_in_the_body_is_a_precondition,
    creation_time_and_uid_stay_whatever_is_sent,
    an_update_is_whole,
    a_dry_update_changes_nothing,
    a_version_that_is_no_number_is_an_error,
);

async fn every_write_has_a_greater_version_than_the_one_before_whatever_it_wrote(bench: Bench) -> Done {
    let mut last = 0;
    for round in 0..5 {
        let name = format!("x{round}");
        let lease = bench.made_lease(&name, json!({})).await?;
        let map = bench.made_map(&name, json!({})).await?;
        for made in [lease, map] {
            let version: u64 = made.version()?.parse()?;
            ensure!(version > last, "{version} after {last}");
            last = version;
        }
    }
    Ok(())
}

async fn the_second_of_two_writers_is_told_of_a_conflict(bench: Bench) -> Done {
    let seen = bench.made_lease("x", json!({ "holderIdentity": "a" })).await?;
    let with = |holder: &str| {
        let mut lease = seen.json.clone();
        lease["spec"]["holderIdentity"] = holder.into();
        lease
    };
    bench.put(&bench.lease("x"), with("b")).await?.code(200)?;
    let refused = bench.put(&bench.lease("x"), with("a")).await?;
    let message = "Operation cannot be fulfilled on leases.coordination.k8s.io \"x\": the object has been modified; \
                   please apply your changes to the latest version and try again";
    refused.refused(409, "Conflict", message)?;
    refused.details(json!({ "name": "x", "group": "coordination.k8s.io", "kind": "leases" }))?;
    bench.get(&bench.lease("x")).await?.has("/spec/holderIdentity", "b".into())?;
    Ok(())
}

async fn a_write_that_changes_nothing_keeps_the_version(bench: Bench) -> Done {
    let made = bench.made_lease("x", json!({ "holderIdentity": "me" })).await?;
    let version = made.version()?;
    let same_again = bench.put(&bench.lease("x"), made.json.clone()).await?;
    same("the version after a PUT", same_again.version()?, version)?;
    bench.merge(&bench.lease("x"), json!({})).await?.code(200)?;
    same("the version after a PATCH", bench.get(&bench.lease("x")).await?.version()?, version)
}

async fn a_config_map_is_replaced_without_a_version(bench: Bench) -> Done {
    let made = bench.made_map("x", json!({ "a": "1" })).await?;
    for version in [json!(null), json!(""), json!("0")] {
        let body = json!({ "metadata": { "name": "x", "resourceVersion": version }, "data": { "a": "2" } });
        let replaced = bench.put(&bench.map("x"), body).await?;
        replaced.code(200)?.has("/data", json!({ "a": "2" }))?;
        same("the uid", replaced.uid()?, made.uid()?)?;
    }
    let body = json!({ "metadata": { "name": "x", "resourceVersion": made.version()? } });
    bench.put(&bench.map("x"), body).await?.code(409)?;
    Ok(())
}

async fn a_config_map_that_is_not_there_is_not_found(bench: Bench) -> Done {
    let refused = bench.put(&bench.map("x"), json!({ "metadata": { "name": "x" } })).await?;
    refused.refused(404, "NotFound", r#"configmaps "x" not found"#)?;
    refused.details(json!({ "name": "x", "kind": "configmaps" }))?;
    Ok(())
}

async fn name_and_namespace_of_the_body_must_fit_the_path(bench: Bench) -> Done {
    bench.made_map("x", json!({})).await?;
    for (metadata, message) in [
        (json!({ "name": "y" }), "the name of the object (y) does not match the name on the URL (x)"),
        (json!({}), "the name of the object (x based on URL) was undeterminable: name must be provided"),
        (
            json!({ "name": "x", "namespace": "other" }),
            "the namespace of the provided object does not match the namespace sent on the request",
        ),
    ] {
        let refused = bench.put(&bench.map("x"), json!({ "metadata": metadata })).await?;
        refused.refused(400, "BadRequest", message)?;
    }
    Ok(())
}

async fn a_uid_in_the_body_is_a_precondition(bench: Bench) -> Done {
    let made = bench.made_lease("x", json!({})).await?;
    let with = |uid: &str| json!({ "metadata": { "name": "x", "uid": uid, "resourceVersion": made.json["metadata"]["resourceVersion"] } });
    let refused = bench.put(&bench.lease("x"), with("another")).await?;
    let message = format!(
        "Operation cannot be fulfilled on leases.coordination.k8s.io \"x\": StorageError: invalid object, Code: 4, Key: \
         /registry/leases/{}/x, ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: UID in precondition: another, UID in \
         object meta: {}",
        bench.namespace(),
        made.uid()?
    );
    refused.refused(409, "Conflict", &message)?;
    bench.put(&bench.lease("x"), with(made.uid()?)).await?.code(200)?;
    Ok(())
}

async fn creation_time_and_uid_stay_whatever_is_sent(bench: Bench) -> Done {
    let made = bench.made_map("x", json!({})).await?;
    let body = json!({
        "metadata": { "name": "x", "creationTimestamp": "2001-01-01T00:00:00Z" }, "data": { "a": "b" },
    });
    bench.put(&bench.map("x"), body).await?.code(200)?;
    let now = bench.get(&bench.map("x")).await?;
    for field in ["/metadata/uid", "/metadata/creationTimestamp"] {
        same(field, now.text_at(field)?, made.text_at(field)?)?;
    }
    Ok(())
}

async fn an_update_is_whole(bench: Bench) -> Done {
    let metadata = |labels: Value| json!({ "name": "x", "labels": labels, "annotations": labels });
    bench
        .made(&bench.maps(), json!({ "metadata": metadata(json!({ "a": "b" })), "data": { "a": "1" } }))
        .await?;
    let replaced = bench.put(&bench.map("x"), json!({ "metadata": { "name": "x" } })).await?;
    for field in ["/data", "/metadata/labels", "/metadata/annotations"] {
        replaced.has(field, json!(null))?;
    }
    Ok(())
}

async fn a_dry_update_changes_nothing(bench: Bench) -> Done {
    let made = bench.made_map("x", json!({ "a": "1" })).await?;
    let path = format!("{}?dryRun=All", bench.map("x"));
    let body = json!({ "metadata": { "name": "x" }, "data": { "a": "2" } });
    let dry = bench.put(&path, body).await?;
    dry.code(200)?.has("/data/a", "2".into())?;
    same("the version that is shown", dry.version()?, made.version()?)?;
    bench.get(&bench.map("x")).await?.has("/data/a", "1".into())?;
    Ok(())
}

async fn a_version_that_is_no_number_is_an_error(bench: Bench) -> Done {
    bench.made_map("x", json!({})).await?;
    let body = json!({ "metadata": { "name": "x", "resourceVersion": "new" } });
    let refused = bench.put(&bench.map("x"), body).await?;
    refused.refused(500, "", r#"strconv.ParseUint: parsing "new": invalid syntax"#)?;
    Ok(())
}
