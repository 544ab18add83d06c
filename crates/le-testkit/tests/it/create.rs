//! Creations.

use k8s_openapi::api::core::v1::{ConfigMap, Namespace};
use kube::ResourceExt;
use kube::api::{Api, PostParams};
use le_testkit::ApiServer;
use serde_json::json;

use crate::support::*;

#[tokio::test(start_paused = true)]
async fn a_created_object_gets_what_only_the_server_gives() {
    let server = ApiServer::new();
    let leases = leases(&server, "a");
    let made = leases.create(&post(), &lease("x", "me")).await.unwrap();
    assert_eq!(made.namespace().as_deref(), Some("default"));
    assert!(made.uid().is_some_and(|uid| uid.len() == 36));
    assert!(made.creation_timestamp().is_some());
    assert_eq!(made.resource_version(), Some(server.version().to_string()));
    assert_eq!(leases.get("x").await.unwrap(), made);
}

#[tokio::test(start_paused = true)]
async fn the_creation_time_follows_virtual_time() {
    let server = ApiServer::new();
    let maps = config_maps(&server);
    let first = maps.create(&post(), &config_map("x", json!({}))).await.unwrap();
    tokio::time::sleep(seconds(3600)).await;
    let second = maps.create(&post(), &config_map("y", json!({}))).await.unwrap();
    let apart = second.creation_timestamp().unwrap().0.duration_since(first.creation_timestamp().unwrap().0);
    assert_eq!(apart.as_secs(), 3600);
}

#[tokio::test(start_paused = true)]
async fn a_namespace_can_be_created_by_a_client_and_by_the_test() {
    let server = ApiServer::new();
    server.create_namespace("one").create_namespace("one");
    let namespaces: Api<Namespace> = Api::all(server.client("a"));
    let two = typed(json!({ "metadata": { "name": "two" } }));
    let made: Namespace = namespaces.create(&post(), &two).await.unwrap();
    assert_eq!(made.labels()["kubernetes.io/metadata.name"], "two");
    assert_eq!(made.status.unwrap().phase.as_deref(), Some("Active"));
    for namespace in ["one", "two"] {
        let maps: Api<ConfigMap> = Api::namespaced(server.client("a"), namespace);
        maps.create(&post(), &config_map("x", json!({}))).await.unwrap();
    }
}

#[tokio::test(start_paused = true)]
#[should_panic(expected = "is no name of a namespace")]
async fn a_namespace_with_a_bad_name_panics() {
    ApiServer::new().create_namespace("Not a name");
}

#[tokio::test(start_paused = true)]
async fn a_dry_run_changes_nothing() {
    let server = ApiServer::new();
    let before = server.version();
    let dry = PostParams { dry_run: true, ..PostParams::default() };
    let made = leases(&server, "a").create(&dry, &lease("x", "me")).await.unwrap();
    assert!(made.uid().is_some());
    assert_eq!(made.resource_version(), None);
    assert_eq!(server.version(), before);
}
