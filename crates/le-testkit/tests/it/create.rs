//! Creations.

use http::Method;
use k8s_openapi::api::core::v1::{ConfigMap, Namespace};
use kube::api::{Api, PostParams};
use kube::{Resource, ResourceExt};
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
async fn a_name_is_taken_once() {
    let server = ApiServer::new();
    let leases = leases(&server, "a");
    leases.create(&post(), &lease("x", "me")).await.unwrap();
    let refusal = status(leases.create(&post(), &lease("x", "you")).await);
    assert_eq!((refusal.code, refusal.reason.as_str()), (409, "AlreadyExists"));
    assert_eq!(refusal.message, r#"leases.coordination.k8s.io "x" already exists"#);
    let details = refusal.details.unwrap();
    assert_eq!((details.name.as_str(), details.kind.as_str()), ("x", "leases"));
}

#[tokio::test(start_paused = true)]
async fn a_generated_name_has_the_prefix_and_five_characters() {
    let server = ApiServer::new();
    let maps = config_maps(&server);
    let mut map = ConfigMap::default();
    map.meta_mut().generate_name = Some("x-".to_owned());
    let (a, b) = (maps.create(&post(), &map).await.unwrap(), maps.create(&post(), &map).await.unwrap());
    assert!(a.name_any().starts_with("x-") && a.name_any().len() == 7);
    assert_ne!(a.name_any(), b.name_any());
}

#[tokio::test(start_paused = true)]
async fn a_long_prefix_is_cut_to_leave_room() {
    let server = ApiServer::new();
    let mut map = ConfigMap::default();
    map.meta_mut().generate_name = Some("a".repeat(80));
    let made = config_maps(&server).create(&post(), &map).await.unwrap();
    assert_eq!(made.name_any().len(), 63);
}

#[tokio::test(start_paused = true)]
async fn a_namespace_that_is_not_there_is_not_found() {
    let server = ApiServer::new();
    let leases: Api<k8s_openapi::api::coordination::v1::Lease> =
        Api::namespaced(server.client("a"), "nowhere");
    let refusal = status(leases.create(&post(), &lease("x", "me")).await);
    assert_eq!((refusal.code, refusal.message.as_str()), (404, r#"namespaces "nowhere" not found"#));
    assert!(
        leases.list(&Default::default()).await.unwrap().items.is_empty(),
        "a list of nothing is no error"
    );
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

#[tokio::test(start_paused = true)]
async fn names_are_checked() {
    let server = ApiServer::new();
    for (name, part) in [
        ("Upper", "a lowercase RFC 1123 subdomain must consist of"),
        ("under_score", "a lowercase RFC 1123 subdomain must consist of"),
        ("-dash", "a lowercase RFC 1123 subdomain must consist of"),
        (&"a".repeat(254), "must be no more than 253 characters"),
    ] {
        let refusal = status(leases(&server, "a").create(&post(), &lease(name, "me")).await);
        assert_eq!((refusal.code, refusal.reason.as_str()), (422, "Invalid"), "{name}");
        assert!(refusal.message.contains(part), "{}", refusal.message);
        assert_eq!(refusal.details.unwrap().causes[0].field, "metadata.name");
    }
    let answer = raw(&server, Method::POST, LEASES, json!({ "metadata": {} }).to_string()).await;
    assert_eq!(
        answer.json["message"],
        r#"Lease.coordination.k8s.io "" is invalid: metadata.name: Required value: name or generateName is required"#
    );
}

#[tokio::test(start_paused = true)]
async fn labels_annotations_finalizers_and_owners_are_checked() {
    let server = ApiServer::new();
    for (metadata, field) in [
        (json!({ "labels": { "a b": "c" } }), "metadata.labels"),
        (json!({ "labels": { "a": "-c" } }), "metadata.labels"),
        (json!({ "annotations": { "a/b/c": "" } }), "metadata.annotations"),
        (json!({ "annotations": { "a": "x".repeat(300_000) } }), "metadata.annotations"),
        (json!({ "finalizers": ["a b"] }), "metadata.finalizers"),
        (
            json!({ "ownerReferences": [{ "kind": "X", "name": "x", "uid": "u" }] }),
            "metadata.ownerReferences[0].apiVersion",
        ),
    ] {
        let mut metadata = metadata;
        metadata["name"] = "x".into();
        let answer =
            raw(&server, Method::POST, CONFIG_MAPS, json!({ "metadata": metadata }).to_string()).await;
        assert_eq!(answer.code, 422, "{field}");
        assert_eq!(answer.json["details"]["causes"][0]["field"], field);
    }
}

#[tokio::test(start_paused = true)]
async fn a_version_on_an_object_to_be_created_is_an_error() {
    let server = ApiServer::new();
    let body = json!({ "metadata": { "name": "x", "resourceVersion": "5" } });
    let answer = raw(&server, Method::POST, LEASES, body.to_string()).await;
    assert_eq!(answer.code, 500);
    assert_eq!(answer.json["message"], "resourceVersion should not be set on objects to be created");
    assert_eq!(answer.json.get("reason"), None);
}

#[tokio::test(start_paused = true)]
async fn the_body_must_be_of_the_namespace_in_the_path() {
    let server = ApiServer::new();
    let body = json!({ "metadata": { "name": "x", "namespace": "other" } });
    let answer = raw(&server, Method::POST, LEASES, body.to_string()).await;
    assert_eq!(answer.code, 400);
    let message = "the namespace of the provided object does not match the namespace sent on the request";
    assert_eq!(answer.json["message"], message);
}
