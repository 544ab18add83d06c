//! Deletions: preconditions, finalizers, namespaces, pods.

use k8s_openapi::api::core::v1::{ConfigMap, Namespace, Pod};
use kube::api::{Api, DeleteParams, ListParams, Patch, PatchParams, Preconditions};
use kube::{Resource, ResourceExt};
use le_testkit::ApiServer;
use serde_json::json;

use crate::support::*;

#[tokio::test(start_paused = true)]
async fn a_deletion_answers_with_what_was_deleted() {
    let server = ApiServer::new();
    let leases = leases(&server, "a");
    let made = leases.create(&post(), &lease("x", "me")).await.unwrap();
    let answer = leases.delete("x", &DeleteParams::default()).await.unwrap().right().unwrap();
    assert!(answer.is_success());
    let details = answer.details.unwrap();
    assert_eq!((details.name.as_str(), details.kind.as_str()), ("x", "leases"));
    assert_eq!(Some(details.uid), made.uid());
    let refusal = status(leases.delete("x", &DeleteParams::default()).await);
    assert_eq!(refusal.message, r#"leases.coordination.k8s.io "x" not found"#);
}

#[tokio::test(start_paused = true)]
async fn preconditions_that_do_not_hold_are_conflicts() {
    let server = ApiServer::new();
    let leases = leases(&server, "a");
    let made = leases.create(&post(), &lease("x", "me")).await.unwrap();
    let (uid, version) = (made.uid().unwrap(), made.resource_version().unwrap());
    let when = |uid: &str, version: &str| DeleteParams {
        preconditions: Some(Preconditions { uid: Some(uid.into()), resource_version: Some(version.into()) }),
        ..DeleteParams::default()
    };
    let refusal = status(leases.delete("x", &when("other", &version)).await);
    assert_eq!(
        refusal.message,
        format!(
            "Operation cannot be fulfilled on Lease.coordination.k8s.io \"x\": the UID in the precondition (other) does not match \
             the UID in record ({uid}). The object might have been deleted and then recreated"
        )
    );
    let refusal = status(leases.delete("x", &when(&uid, "1")).await);
    assert_eq!((refusal.code, refusal.reason.as_str()), (409, "Conflict"));
    assert!(refusal.message.contains("the ResourceVersion in the precondition (1) does not match"));
    leases.delete("x", &when(&uid, &version)).await.unwrap();
}

async fn with_finalizers(server: &ApiServer) -> Api<ConfigMap> {
    let maps = config_maps(server);
    let mut map = config_map("x", json!({}));
    map.meta_mut().finalizers = Some(vec!["a.io/a".into(), "a.io/b".into()]);
    maps.create(&post(), &map).await.unwrap();
    maps
}

#[tokio::test(start_paused = true)]
async fn an_object_with_finalizers_waits_for_the_last_of_them() {
    let server = ApiServer::new();
    let maps = with_finalizers(&server).await;
    let leaving = maps.delete("x", &DeleteParams::default()).await.unwrap().left().unwrap();
    assert!(leaving.meta().deletion_timestamp.is_some());
    assert_eq!(leaving.meta().deletion_grace_period_seconds, Some(0));
    let version = server.version();
    maps.delete("x", &DeleteParams::default()).await.unwrap();
    assert_eq!(server.version(), version, "a second deletion changes nothing");

    let finalizers = |list: serde_json::Value| Patch::Merge(json!({ "metadata": { "finalizers": list } }));
    let params = PatchParams::default();
    let refusal = status(maps.patch("x", &params, &finalizers(json!(["a.io/a", "a.io/b", "a.io/c"]))).await);
    assert_eq!(refusal.code, 422);
    assert!(refusal.message.contains(r#"found new finalizers []string{"a.io/c"}"#), "{}", refusal.message);
    maps.patch("x", &params, &finalizers(json!(["a.io/b"]))).await.unwrap();
    assert!(maps.get_opt("x").await.unwrap().is_some());
    maps.patch("x", &params, &finalizers(json!([]))).await.unwrap();
    assert!(maps.get_opt("x").await.unwrap().is_none());
}

#[tokio::test(start_paused = true)]
async fn a_name_on_its_way_out_is_still_taken() {
    let server = ApiServer::new();
    let maps = with_finalizers(&server).await;
    maps.delete("x", &DeleteParams::default()).await.unwrap();
    let refusal = status(maps.create(&post(), &config_map("x", json!({}))).await);
    assert_eq!(refusal.message, r#"object is being deleted: configmaps "x" already exists"#);
}

#[tokio::test(start_paused = true)]
async fn many_are_deleted_by_a_selector() {
    let server = ApiServer::new();
    let maps = config_maps(&server);
    for (name, app) in [("a", "x"), ("b", "y"), ("c", "x")] {
        maps.create(&post(), &labelled(name, json!({ "app": app }))).await.unwrap();
    }
    let gone = maps.delete_collection(&DeleteParams::default(), &ListParams::default().labels("app=x")).await;
    assert_eq!(gone.unwrap().left().unwrap().items.len(), 2);
    assert_eq!(maps.list(&ListParams::default()).await.unwrap().items[0].name_any(), "b");
}

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
async fn a_namespace_waits_for_its_own_finalizers_and_some_are_never_deleted() {
    let server = ApiServer::new();
    let namespaces: Api<Namespace> = Api::all(server.client("a"));
    let kept = typed(json!({ "metadata": { "name": "kept", "finalizers": ["a.io/a"] } }));
    namespaces.create(&post(), &kept).await.unwrap();
    namespaces.delete("kept", &DeleteParams::default()).await.unwrap();
    assert!(namespaces.get_opt("kept").await.unwrap().is_some());
    let none = Patch::Merge(json!({ "metadata": { "finalizers": null } }));
    namespaces.patch("kept", &PatchParams::default(), &none).await.unwrap();
    assert!(namespaces.get_opt("kept").await.unwrap().is_none());
    let refusal = status(namespaces.delete("default", &DeleteParams::default()).await);
    let message = r#"namespaces "default" is forbidden: this namespace may not be deleted"#;
    assert_eq!((refusal.code, refusal.message.as_str()), (403, message));
}

#[tokio::test(start_paused = true)]
async fn a_pod_on_a_node_is_given_its_time_and_another_goes_at_once() {
    let server = ApiServer::new();
    let pods: Api<Pod> = Api::default_namespaced(server.client("a"));
    let pod = |name: &str, node: Option<&str>| {
        typed(
            json!({ "metadata": { "name": name }, "spec": { "nodeName": node, "containers": [{ "name": "c" }] } }),
        )
    };
    pods.create(&post(), &pod("loose", None)).await.unwrap();
    pods.create(&post(), &pod("bound", Some("n"))).await.unwrap();
    pods.delete("loose", &DeleteParams::default()).await.unwrap();
    assert!(pods.get_opt("loose").await.unwrap().is_none());
    let leaving = pods.delete("bound", &DeleteParams::default()).await.unwrap().left().unwrap();
    assert_eq!(leaving.meta().deletion_grace_period_seconds, Some(30));
    assert!(pods.get_opt("bound").await.unwrap().is_some());
    pods.delete("bound", &DeleteParams::default().grace_period(0)).await.unwrap();
    assert!(pods.get_opt("bound").await.unwrap().is_none());
}

#[tokio::test(start_paused = true)]
async fn a_dry_deletion_deletes_nothing() {
    let server = ApiServer::new();
    let maps = config_maps(&server);
    maps.create(&post(), &config_map("x", json!({}))).await.unwrap();
    maps.delete("x", &DeleteParams::default().dry_run()).await.unwrap();
    assert!(maps.get_opt("x").await.unwrap().is_some());
}

#[tokio::test(start_paused = true)]
async fn every_propagation_policy_is_accepted_and_nothing_else() {
    let server = ApiServer::new();
    let maps = config_maps(&server);
    for params in [DeleteParams::background(), DeleteParams::foreground(), DeleteParams::orphan()] {
        maps.create(&post(), &config_map("x", json!({}))).await.unwrap();
        maps.delete("x", &params).await.unwrap();
    }
    let path = format!("{CONFIG_MAPS}/x?propagationPolicy=Sideways");
    let answer = raw(&server, http::Method::DELETE, &path, "").await;
    assert_eq!(answer.code, 422);
}
