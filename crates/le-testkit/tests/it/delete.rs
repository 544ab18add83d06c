//! What deletions set off, for there are no controllers: namespaces are emptied, dependents are left alone.

use k8s_openapi::api::core::v1::{ConfigMap, Namespace};
use kube::Resource;
use kube::api::{Api, DeleteParams, Patch, PatchParams};
use le_testkit::ApiServer;
use serde_json::json;

use crate::support::*;

#[tokio::test(start_paused = true)]
async fn a_deleted_namespace_takes_everything_with_it() {
    let server = ApiServer::new();
    server.create_namespace("going");
    let maps: Api<ConfigMap> = Api::namespaced(server.client("a"), "going");
    maps.create(&post(), &config_map("x", json!({}))).await.unwrap();
    let namespaces: Api<Namespace> = Api::all(server.client("a"));
    let gone = namespaces.delete("going", &DeleteParams::default()).await.unwrap().left().unwrap();
    assert_eq!(gone.status.unwrap().phase.as_deref(), Some("Terminating"));
    assert!(namespaces.get_opt("going").await.unwrap().is_none());
    assert!(maps.get_opt("x").await.unwrap().is_none());
}

#[tokio::test(start_paused = true)]
async fn a_namespace_waits_for_finalizers_and_takes_nothing_new_meanwhile() {
    let server = ApiServer::new();
    server.create_namespace("going");
    let maps: Api<ConfigMap> = Api::namespaced(server.client("a"), "going");
    let mut map = config_map("x", json!({}));
    map.meta_mut().finalizers = Some(vec!["a.io/a".into()]);
    maps.create(&post(), &map).await.unwrap();
    let namespaces: Api<Namespace> = Api::all(server.client("a"));
    namespaces.delete("going", &DeleteParams::default()).await.unwrap();
    let phase = namespaces.get("going").await.unwrap().status.unwrap().phase;
    assert_eq!(phase.as_deref(), Some("Terminating"));
    let refusal = status(maps.create(&post(), &config_map("late", json!({}))).await);
    assert_eq!((refusal.code, refusal.reason.as_str()), (403, "Forbidden"));
    assert_eq!(
        refusal.message,
        "configmaps \"late\" is forbidden: unable to create new content in namespace going because it is being terminated"
    );
    assert_eq!(refusal.details.unwrap().causes[0].reason, "NamespaceTerminating");
    let none = Patch::Merge(json!({ "metadata": { "finalizers": null } }));
    maps.patch("x", &PatchParams::default(), &none).await.unwrap();
    assert!(namespaces.get_opt("going").await.unwrap().is_none());
}

#[tokio::test(start_paused = true)]
async fn every_propagation_policy_deletes_at_once() {
    let server = ApiServer::new();
    let maps = config_maps(&server);
    for params in [DeleteParams::background(), DeleteParams::foreground(), DeleteParams::orphan()] {
        maps.create(&post(), &config_map("x", json!({}))).await.unwrap();
        maps.delete("x", &params).await.unwrap();
    }
}
