//! Many objects at once.

use std::collections::BTreeSet;
use std::pin::pin;

use futures::{StreamExt, TryStreamExt};
use k8s_openapi::api::core::v1::{ConfigMap, Namespace};
use kube::ResourceExt;
use kube::api::{Api, ListParams, Patch, PatchParams};
use kube::runtime::{WatchStreamExt, reflector, watcher};
use le_testkit::{ApiServer, Kind};
use serde_json::{Value, json};

use crate::support::*;

fn many(count: usize) -> impl Iterator<Item = ConfigMap> {
    (0..count).map(|number| config_map(&format!("map-{number}"), json!({ "a": "b" })))
}

#[tokio::test(start_paused = true)]
async fn what_is_filled_in_is_as_what_is_created() {
    let (filled, created) = (ApiServer::new(), ApiServer::new());
    filled.fill(many(1));
    config_maps(&created).create(&post(), &many(1).next().unwrap()).await.unwrap();
    let there = |server: &ApiServer| {
        let maps = config_maps(server);
        async move { serde_json::to_value(maps.get("map-0").await.unwrap()).unwrap() }
    };
    let (mut one, mut other) = (there(&filled).await, there(&created).await);
    for field in ["uid", "creationTimestamp"] {
        let taken = [&mut one, &mut other].map(|object| object["metadata"][field].take());
        assert!(taken.iter().all(|value| value.as_str().is_some_and(|text| !text.is_empty())), "{field}");
    }
    assert_eq!(one, other, "the resourceVersion included");
    assert_eq!(filled.log().len(), 1, "to fill is no request");
}

#[tokio::test(start_paused = true)]
async fn any_kind_can_be_filled_in_where_it_belongs() {
    let server = ApiServer::new();
    server.register(Kind::namespaced("acme.io", "v1", "Widget", "widgets").with_status());
    server.create_namespace("other");
    let widget = |namespace: Option<&str>| {
        json!({
            "apiVersion": "acme.io/v1", "kind": "Widget",
            "metadata": { "generateName": "w-", "namespace": namespace }, "status": { "phase": "Old" },
        })
    };
    server.fill([widget(None), widget(Some("other")), widget(Some("other"))]);
    let namespace: Namespace = typed(json!({ "metadata": { "name": "new" } }));
    server.fill([namespace]).fill([config_map("x", json!({}))].map(|mut map| {
        map.metadata.namespace = Some("new".into());
        map
    }));
    for (path, count) in [("default", 1), ("other", 2)] {
        let path = format!("/apis/acme.io/v1/namespaces/{path}/widgets");
        let list = raw(&server, http::Method::GET, &path, "").await.json;
        assert_eq!(list["items"].as_array().unwrap().len(), count, "{path}");
        assert_eq!(list["items"][0]["status"], Value::Null, "status has a path of its own");
        assert_eq!(list["items"][0]["metadata"]["generation"], 1);
    }
    let there: Api<ConfigMap> = Api::namespaced(server.client("a"), "new");
    there.get("x").await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_watch_that_is_open_sees_all_of_more_than_the_history_has() {
    let server = ApiServer::new();
    let maps = config_maps(&server);
    let watch = maps.watch(&quiet(290), "0").await.unwrap();
    server.fill(many(12_000));
    let seen: BTreeSet<String> = watch.take(12_000).map(|event| told(&event.unwrap())).collect().await;
    assert_eq!(seen.len(), 12_000);
    assert!(seen.iter().all(|told| told.starts_with("added map-")));
}

#[tokio::test(start_paused = true)]
async fn a_reflector_reads_them_in_pages() {
    let server = ApiServer::new();
    server.fill(many(2_600));
    let (store, writer) = reflector::store();
    let watcher = watcher(config_maps(&server), watcher::Config::default());
    let mut stream = pin!(reflector(writer, watcher).default_backoff());
    while !matches!(stream.try_next().await.unwrap(), Some(watcher::Event::InitDone)) {}
    assert_eq!(store.state().len(), 2_600);
    assert_eq!(server.log().count(|request| request.path().ends_with("/configmaps")), 6);
}

#[tokio::test(start_paused = true)]
async fn what_was_filled_in_belongs_to_nobody() {
    let server = ApiServer::new();
    server.fill(many(1));
    let mine = json!({ "apiVersion": "v1", "kind": "ConfigMap", "data": { "a": "c" } });
    let applied = config_maps(&server).patch("map-0", &PatchParams::apply("me"), &Patch::Apply(mine)).await;
    assert_eq!(applied.unwrap().data.unwrap()["a"], "c");
}

#[tokio::test(start_paused = true)]
async fn the_objects_may_come_from_an_iterator_that_asks_the_server() {
    let server = ApiServer::new();
    server.fill((0..3).map(|_| config_map(&format!("at-{}", server.version()), json!({}))));
    let names: Vec<String> = config_maps(&server)
        .list(&ListParams::default())
        .await
        .unwrap()
        .iter()
        .map(ResourceExt::name_any)
        .collect();
    assert_eq!(names.len(), 3);
}

#[tokio::test(start_paused = true)]
#[should_panic(expected = r#"ConfigMap "map-0" cannot be created: configmaps "map-0" already exists"#)]
async fn what_is_there_already_is_refused() {
    ApiServer::new().fill(many(1)).fill(many(1));
}

#[tokio::test(start_paused = true)]
#[should_panic(expected = r#"ConfigMap "NO" cannot be created: ConfigMap "NO" is invalid"#)]
async fn what_a_creation_refuses_is_refused() {
    ApiServer::new().fill([config_map("NO", json!({}))]);
}

#[tokio::test(start_paused = true)]
#[should_panic(expected = r#"the server has no kind "Widget" of "acme.io/v1"; register it"#)]
async fn a_kind_that_the_server_does_not_know_is_refused() {
    ApiServer::new()
        .fill([json!({ "apiVersion": "acme.io/v1", "kind": "Widget", "metadata": { "name": "w" } })]);
}
