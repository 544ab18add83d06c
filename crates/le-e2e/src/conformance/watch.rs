//! Watches: what is there, then what happens.

use serde_json::{Value, json};

use super::answer::same;
use super::{Bench, Done, claims};

claims!("watch":
    a_watch_from_a_version_brings_what_came_after_it_in_order,
    a_watch_from_the_present_brings_what_is_there_first,
    a_watch_without_a_version_brings_what_is_there_first,
    a_deletion_carries_the_last_state_under_its_own_version,
    what_is_deleted_and_made_again_is_told_as_both,
    a_marked_object_is_modified_before_it_is_deleted,
    a_watch_that_is_open_hears_of_what_happens,
    a_watch_of_all_namespaces_sees_every_namespace,
    a_watch_ends_when_its_time_is_up,
    a_version_that_is_too_old_is_an_error_event_with_410,
    a_metadata_watch_brings_metadata_alone,
    an_event_shows_the_object_as_a_read_does,
    a_namespace_that_is_not_there_can_be_watched,
);

async fn a_watch_from_a_version_brings_what_came_after_it_in_order(bench: Bench) -> Done {
    let old = bench.made_map("old", json!({})).await?;
    bench.made_map("x", json!({})).await?;
    bench.merge(&bench.map("x"), json!({ "data": { "a": "b" } })).await?.code(200)?;
    let path = format!("{}?watch=true&timeoutSeconds=2&resourceVersion={}", bench.maps(), old.version()?);
    let mut watch = bench.watch(&path).await?;
    watch.expect("ADDED", "x").await?;
    let modified = watch.expect("MODIFIED", "x").await?;
    same("the data", &modified["data"], &json!({ "a": "b" }))?;
    bench.delete(&bench.map("x")).await?.code(200)?;
    watch.expect("DELETED", "x").await?;
    same("the rest", watch.rest().await?, [""; 0])
}

async fn first_what_is_there(bench: &Bench, version: &str) -> Done {
    for name in ["b", "a"] {
        bench.made_map(name, json!({})).await?;
    }
    let path = format!("{}?watch=true&timeoutSeconds=2{version}", bench.maps());
    let mut watch = bench.watch(&path).await?;
    // What the cache of a real server has not seen yet comes as it sees it.
    let mut names = Vec::new();
    for _ in 0..2 {
        let event = watch.next().await?.unwrap_or_default();
        names.push(format!("{} {}", event["type"], event["object"]["metadata"]["name"]));
    }
    names.sort();
    same("what is there", names, [r#""ADDED" "a""#, r#""ADDED" "b""#])?;
    bench.made_map("c", json!({})).await?;
    watch.expect("ADDED", "c").await?;
    Ok(())
}

async fn a_watch_from_the_present_brings_what_is_there_first(bench: Bench) -> Done {
    first_what_is_there(&bench, "&resourceVersion=0").await
}

async fn a_watch_without_a_version_brings_what_is_there_first(bench: Bench) -> Done {
    first_what_is_there(&bench, "").await
}

async fn a_deletion_carries_the_last_state_under_its_own_version(bench: Bench) -> Done {
    let made = bench.made_map("x", json!({ "a": "b" })).await?;
    let path = format!("{}?watch=true&timeoutSeconds=2&resourceVersion={}", bench.maps(), made.version()?);
    let mut watch = bench.watch(&path).await?;
    bench.delete(&bench.map("x")).await?.code(200)?;
    let last = watch.expect("DELETED", "x").await?;
    same("the data", &last["data"], &json!({ "a": "b" }))?;
    same("the uid", &last["metadata"]["uid"], made.uid()?)?;
    let version = |value: &Value| value.as_str().unwrap_or_default().parse::<u64>();
    let (before, after) = (made.version()?.parse::<u64>()?, version(&last["metadata"]["resourceVersion"])?);
    same("whether the version is greater", after > before, true)
}

async fn what_is_deleted_and_made_again_is_told_as_both(bench: Bench) -> Done {
    let first = bench.made_lease("x", json!({ "holderIdentity": "a" })).await?;
    bench.delete(&bench.lease("x")).await?.code(200)?;
    let second = bench.made_lease("x", json!({ "holderIdentity": "b" })).await?;
    let path = format!("{}?watch=true&timeoutSeconds=1&resourceVersion={}", bench.leases(), first.version()?);
    let mut watch = bench.watch(&path).await?;
    same("the uid", &watch.expect("DELETED", "x").await?["metadata"]["uid"], first.uid()?)?;
    same("the uid", &watch.expect("ADDED", "x").await?["metadata"]["uid"], second.uid()?)
}

async fn a_marked_object_is_modified_before_it_is_deleted(bench: Bench) -> Done {
    let body = json!({ "metadata": { "name": "x", "finalizers": ["a.io/a"] } });
    let made = bench.made(&bench.maps(), body).await?;
    bench.delete(&bench.map("x")).await?.code(200)?;
    bench.merge(&bench.map("x"), json!({ "metadata": { "finalizers": null } })).await?.code(200)?;
    let path = format!("{}?watch=true&timeoutSeconds=1&resourceVersion={}", bench.maps(), made.version()?);
    let mut watch = bench.watch(&path).await?;
    let marked = watch.expect("MODIFIED", "x").await?;
    same("whether it is marked", marked["metadata"]["deletionTimestamp"].is_string(), true)?;
    watch.expect("DELETED", "x").await?;
    same("the rest", watch.rest().await?, [""; 0])
}

async fn a_watch_that_is_open_hears_of_what_happens(bench: Bench) -> Done {
    let made = bench.made_lease("x", json!({ "holderIdentity": "a" })).await?;
    let path = format!("{}?watch=true&timeoutSeconds=5&resourceVersion={}", bench.leases(), made.version()?);
    let mut watch = bench.watch(&path).await?;
    for holder in ["b", "c", ""] {
        bench.merge(&bench.lease("x"), json!({ "spec": { "holderIdentity": holder } })).await?.code(200)?;
        same("the holder", &watch.expect("MODIFIED", "x").await?["spec"]["holderIdentity"], holder)?;
    }
    Ok(())
}

async fn a_watch_of_all_namespaces_sees_every_namespace(bench: Bench) -> Done {
    let label = format!("of%3D{}", bench.namespace());
    let body = json!({ "metadata": { "name": "here", "labels": { "of": bench.namespace() } } });
    let made = bench.made(&bench.maps(), body).await?;
    let path =
        format!("/api/v1/configmaps?watch=true&timeoutSeconds=1&labelSelector={label}&resourceVersion=0");
    bench.watch(&path).await?.expect("ADDED", "here").await?;
    let elsewhere =
        format!("/api/v1/namespaces/default/configmaps?watch=true&timeoutSeconds=1&labelSelector={label}");
    let path = format!("{elsewhere}&resourceVersion={}", made.version()?);
    same("the rest", bench.watch(&path).await?.rest().await?, [""; 0])
}

async fn a_watch_ends_when_its_time_is_up(bench: Bench) -> Done {
    let start = tokio::time::Instant::now();
    let path = format!("{}?watch=true&timeoutSeconds=1&resourceVersion=0", bench.maps());
    same("the events", bench.watch(&path).await?.rest().await?, [""; 0])?;
    let took = start.elapsed().as_secs_f64();
    same("whether it took a second", (0.9..5.0).contains(&took), true)
}

async fn a_version_that_is_too_old_is_an_error_event_with_410(bench: Bench) -> Done {
    // A kind that came later than the server: of others a real one may still know everything.
    let widgets = bench.group("acme.io/v1", "widgets");
    let path = format!("{widgets}?watch=true&timeoutSeconds=2&resourceVersion=1");
    let mut watch = bench.watch(&path).await?;
    let status = watch.expect("ERROR", "").await?;
    same("the code", &status["code"], 410)?;
    same("the reason", &status["reason"], "Expired")?;
    let message = status["message"].as_str().unwrap_or_default();
    same("the message", message.starts_with("too old resource version: 1 ("), true)?;
    same("the rest", watch.rest().await?, [""; 0])
}

async fn a_metadata_watch_brings_metadata_alone(bench: Bench) -> Done {
    bench.made_map("x", json!({ "a": "b" })).await?;
    let path = format!("{}?watch=true&timeoutSeconds=1&resourceVersion=0", bench.maps());
    let accept = "application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io";
    let answer = bench.send(http::Method::GET, &path, &[("accept", accept)], "").await?;
    let event: Value = serde_json::from_str(answer.code(200)?.text.lines().next().unwrap_or_default())?;
    same("the kind", &event["object"]["kind"], "PartialObjectMetadata")?;
    same("the name", &event["object"]["metadata"]["name"], "x")?;
    same("the data", &event["object"]["data"], &Value::Null)
}

async fn an_event_shows_the_object_as_a_read_does(bench: Bench) -> Done {
    bench.made_lease("x", json!({ "holderIdentity": "a" })).await?;
    let read = bench.get(&bench.lease("x")).await?;
    let path = format!("{}?watch=true&timeoutSeconds=1&resourceVersion=0", bench.leases());
    same("the object", bench.watch(&path).await?.expect("ADDED", "x").await?, read.json)
}

async fn a_namespace_that_is_not_there_can_be_watched(bench: Bench) -> Done {
    let path = "/apis/coordination.k8s.io/v1/namespaces/nowhere/leases?watch=true&timeoutSeconds=1";
    same("the events", bench.watch(path).await?.rest().await?, [""; 0])
}
