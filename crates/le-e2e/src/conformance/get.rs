//! Reads of one object.

use serde_json::json;

use super::answer::same;
use super::{Bench, Done, claims};

claims!("get":
    what_is_not_there_is_not_found,
    a_version_in_the_future_is_a_timeout,
    a_version_that_is_no_number_is_an_error_of_the_server,
    a_version_that_is_past_reads_what_is_there_now,
    a_namespace_that_is_not_there_holds_nothing,
);

async fn what_is_not_there_is_not_found(bench: Bench) -> Done {
    let refused = bench.get(&bench.lease("x")).await?;
    refused.refused(404, "NotFound", r#"leases.coordination.k8s.io "x" not found"#)?;
    refused.details(json!({ "name": "x", "group": "coordination.k8s.io", "kind": "leases" }))?;
    same("the content type", refused.header("content-type"), "application/json")
}

async fn a_version_in_the_future_is_a_timeout(bench: Bench) -> Done {
    bench.made_map("x", json!({})).await?;
    let refused = bench.get(&format!("{}?resourceVersion=99999999", bench.map("x"))).await?;
    refused.code(504)?.has("/reason", "Timeout".into())?;
    refused.has("/details/causes/0/reason", "ResourceVersionTooLarge".into())?;
    same("Retry-After", refused.header("retry-after"), "1")
}

async fn a_version_that_is_no_number_is_an_error_of_the_server(bench: Bench) -> Done {
    bench.made_map("x", json!({})).await?;
    let refused = bench.get(&format!("{}?resourceVersion=new", bench.map("x"))).await?;
    let message =
        r#"resourceVersion: Invalid value: "new": strconv.ParseUint: parsing "new": invalid syntax"#;
    refused.refused(500, "", message)?;
    Ok(())
}

async fn a_version_that_is_past_reads_what_is_there_now(bench: Bench) -> Done {
    let old = bench.made_map("x", json!({ "a": "1" })).await?;
    let new = bench.merge(&bench.map("x"), json!({ "data": { "a": "2" } })).await?;
    let read = bench.get(&format!("{}?resourceVersion={}", bench.map("x"), old.version()?)).await?;
    read.code(200)?;
    // The real server may read from a cache that is behind, but never behind the version that is asked for.
    let versions = [old.version()?, new.version()?];
    same("whether the version is one of the two", versions.contains(&read.version()?), true)?;
    let read = bench.get(&format!("{}?resourceVersion={}", bench.map("x"), new.version()?)).await?;
    read.code(200)?.has("/data/a", "2".into())?;
    Ok(())
}

async fn a_namespace_that_is_not_there_holds_nothing(bench: Bench) -> Done {
    let leases = "/apis/coordination.k8s.io/v1/namespaces/nowhere/leases";
    bench.get(leases).await?.lists("")?;
    let refused = bench.get(&format!("{leases}/x")).await?;
    refused.refused(404, "NotFound", r#"leases.coordination.k8s.io "x" not found"#)?;
    let created = bench.post(leases, json!({ "metadata": { "name": "x" } })).await?;
    created.refused(404, "NotFound", r#"namespaces "nowhere" not found"#)?;
    created.details(json!({ "name": "nowhere", "kind": "namespaces" }))?;
    Ok(())
}
