//! Watches.

use std::pin::pin;

use futures::{StreamExt, TryStreamExt};
use http::Method;
use k8s_openapi::api::core::v1::ConfigMap;
use kube::ResourceExt;
use kube::api::{Api, ListParams, WatchEvent, WatchParams};
use kube::runtime::{WatchStreamExt, watcher};
use le_testkit::ApiServer;
use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

use crate::support::*;

#[tokio::test(start_paused = true)]
async fn a_watch_sees_its_own_kind_and_namespace_alone() {
    let server = ApiServer::new();
    server.create_namespace("other");
    let maps = config_maps(&server);
    let mut here = maps.watch(&quiet(300), &server.version().to_string()).await.unwrap().boxed();
    let all: Api<ConfigMap> = Api::all(server.client("a"));
    let mut everywhere = all.watch(&quiet(300), &server.version().to_string()).await.unwrap().boxed();
    leases(&server, "a").create(&post(), &lease("l", "me")).await.unwrap();
    let there: Api<ConfigMap> = Api::namespaced(server.client("a"), "other");
    there.create(&post(), &config_map("there", json!({}))).await.unwrap();
    assert_eq!(next(&mut everywhere).await, "added there");
    nothing(&mut here).await;
}

#[tokio::test(start_paused = true)]
async fn a_watch_ends_when_its_time_is_up() {
    let server = ApiServer::new();
    let start = Instant::now();
    let stream = config_maps(&server).watch(&quiet(17), "0").await.unwrap();
    assert!(until_end(stream).await.is_empty());
    assert_eq!(start.elapsed(), seconds(17));
}

#[tokio::test(start_paused = true)]
async fn bookmarks_come_each_minute_and_before_the_end() {
    let server = ApiServer::new();
    let maps = config_maps(&server);
    let start = Instant::now();
    let from = server.version().to_string();
    let params = WatchParams::default().timeout(150);
    let mut stream = maps.watch(&params, &from).await.unwrap().boxed();
    leases(&server, "a").create(&post(), &lease("elsewhere", "me")).await.unwrap();
    let mut at = Vec::new();
    while let Some(event) = stream.try_next().await.unwrap() {
        let WatchEvent::Bookmark(bookmark) = event else { panic!("{event:?}") };
        assert_eq!(bookmark.metadata.resource_version, server.version().to_string());
        at.push(start.elapsed().as_secs());
    }
    assert_eq!(at, [60, 120, 148]);
}

#[tokio::test(start_paused = true)]
async fn no_more_changes_are_remembered_than_was_said() {
    let server = ApiServer::new();
    server.remember(2);
    let (maps, old) = (config_maps(&server), server.version());
    for name in ["x", "y", "z"] {
        maps.create(&post(), &config_map(name, json!({}))).await.unwrap();
    }
    let watch =
        async |version: u64| until_end(maps.watch(&quiet(10), &version.to_string()).await.unwrap()).await;
    assert_eq!(watch(old).await, ["error 410"]);
    assert_eq!(watch(old + 1).await, ["added y", "added z"]);
}

#[tokio::test(start_paused = true)]
async fn a_version_that_is_too_old_is_an_error_event_with_410() {
    let server = ApiServer::new();
    let maps = config_maps(&server);
    let old = server.version().to_string();
    maps.create(&post(), &config_map("x", json!({}))).await.unwrap();
    server.compact();
    let events = until_end(maps.watch(&quiet(300), &old).await.unwrap()).await;
    assert_eq!(events, ["error 410"]);
    let answer = raw(&server, Method::GET, &format!("{CONFIG_MAPS}?watch=true&resourceVersion=1"), "").await;
    assert_eq!(answer.code, 200);
    let event: Value = serde_json::from_str(answer.text.trim()).unwrap();
    assert_eq!(event["object"]["reason"], "Expired");
    assert_eq!(event["object"]["message"], format!("too old resource version: 1 ({})", server.version()));
}

#[tokio::test(start_paused = true)]
async fn an_open_watch_outlives_a_compaction() {
    let server = ApiServer::new();
    let maps = config_maps(&server);
    let mut stream = maps.watch(&quiet(300), &server.version().to_string()).await.unwrap().boxed();
    maps.create(&post(), &config_map("x", json!({}))).await.unwrap();
    assert_eq!(next(&mut stream).await, "added x");
    server.compact();
    maps.create(&post(), &config_map("y", json!({}))).await.unwrap();
    assert_eq!(next(&mut stream).await, "added y");
}

#[tokio::test(start_paused = true)]
async fn kubes_own_watcher_follows_for_hours_through_timeouts_and_a_compaction() {
    let server = ApiServer::new();
    let maps = config_maps(&server);
    maps.create(&post(), &config_map("first", json!({}))).await.unwrap();
    let mut applied =
        pin!(watcher(maps.clone(), watcher::Config::default()).default_backoff().applied_objects());
    assert_eq!(applied.try_next().await.unwrap().unwrap().name_any(), "first");
    let writer = tokio::spawn({
        let (server, maps) = (server.clone(), maps.clone());
        async move {
            for hour in 0..3 {
                sleep(seconds(3600)).await;
                server.compact();
                maps.create(&post(), &config_map(&format!("hour-{hour}"), json!({}))).await.unwrap();
            }
        }
    });
    let mut seen = Vec::new();
    while !seen.contains(&"hour-2".to_owned()) {
        seen.push(applied.try_next().await.unwrap().unwrap().name_any());
    }
    writer.await.unwrap();
    assert!(server.elapsed() >= seconds(3 * 3600));
}

#[tokio::test(start_paused = true)]
async fn kubes_streaming_lists_work() {
    let server = ApiServer::new();
    let maps = config_maps(&server);
    maps.create(&post(), &config_map("x", json!({}))).await.unwrap();
    let config = watcher::Config::default().streaming_lists();
    let mut events = pin!(watcher(maps.clone(), config));
    let mut seen = Vec::new();
    while seen.len() < 3 {
        match events.try_next().await.unwrap().unwrap() {
            watcher::Event::Init => seen.push("init".to_owned()),
            watcher::Event::InitApply(object) => seen.push(object.name_any()),
            watcher::Event::InitDone => seen.push("done".to_owned()),
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(seen, ["init", "x", "done"]);
    assert_eq!(server.log().count(|request| request.verb() == le_testkit::Verb::List), 0);
}

#[tokio::test(start_paused = true)]
async fn a_dropped_watch_leaves_nothing_behind() {
    let server = ApiServer::new();
    let maps = config_maps(&server);
    for _ in 0..100 {
        let mut stream = maps.watch(&quiet(300), "0").await.unwrap().boxed();
        tokio::select! { _ = stream.next() => {}, () = sleep(seconds(1)) => {} }
    }
    maps.create(&post(), &config_map("x", json!({}))).await.unwrap();
    assert_eq!(maps.list(&ListParams::default()).await.unwrap().items.len(), 1);
}
