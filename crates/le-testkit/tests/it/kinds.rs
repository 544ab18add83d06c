//! Kinds: built in, registered, and their discovery.

use http::Method;
use k8s_openapi::api::core::v1::{Event, ObjectReference};
use k8s_openapi::api::events::v1::Event as EventV1;
use kube::api::{Api, ApiResource, DynamicObject, GroupVersionKind, Patch, PatchParams};
use kube::runtime::events::{EventType, Recorder, Reporter};
use kube::{Discovery, ResourceExt};
use le_testkit::{ApiServer, Kind};
use serde_json::{Value, json};

use crate::support::*;

fn widgets(server: &ApiServer) -> Api<DynamicObject> {
    let resource = ApiResource::from_gvk(&GroupVersionKind::gvk("acme.io", "v1", "Widget"));
    Api::default_namespaced_with(server.client("a"), &resource)
}

fn widget(fields: Value) -> DynamicObject {
    let mut widget = json!({ "apiVersion": "acme.io/v1", "kind": "Widget", "metadata": { "name": "w" } });
    for (key, value) in fields.as_object().unwrap() {
        widget[key] = value.clone();
    }
    typed(widget)
}

#[tokio::test(start_paused = true)]
async fn a_registered_kind_behaves_as_a_custom_resource() {
    let server = ApiServer::new();
    assert_eq!(status(widgets(&server).create(&post(), &widget(json!({}))).await).code, 404);
    server.register(Kind::namespaced("acme.io", "v1", "Widget", "widgets").with_status());
    let api = widgets(&server);
    let made = api
        .create(&post(), &widget(json!({ "spec": { "any": [1, null] }, "status": { "a": 1 } })))
        .await
        .unwrap();
    assert_eq!(made.metadata.generation, Some(1));
    assert_eq!((&made.data["spec"], made.data.get("status")), (&json!({ "any": [1, null] }), None));
    let params = PatchParams::default();
    let status_now =
        api.patch_status("w", &params, &Patch::Merge(json!({ "status": { "a": 2 } }))).await.unwrap();
    assert_eq!((status_now.metadata.generation, &status_now.data["status"]["a"]), (Some(1), &json!(2)));
    let changed = api.patch("w", &params, &Patch::Merge(json!({ "spec": { "any": 2 } }))).await.unwrap();
    assert_eq!(changed.metadata.generation, Some(2));
    assert_eq!(status(api.replace("w", &post(), &widget(json!({}))).await).code, 422, "a version is due");
}

#[tokio::test(start_paused = true)]
async fn a_kind_without_a_status_has_no_path_for_it() {
    let server = ApiServer::new();
    server.register(Kind::namespaced("acme.io", "v1", "Widget", "widgets"));
    let api = widgets(&server);
    let made = api.create(&post(), &widget(json!({ "status": { "a": 1 } }))).await.unwrap();
    assert_eq!(made.data["status"]["a"], 1);
    assert_eq!(status(api.get_status("w").await).code, 404);
    assert_eq!(status(leases(&server, "a").get_status("none").await).code, 404);
}

#[tokio::test(start_paused = true)]
async fn a_rust_type_can_be_registered() {
    use k8s_openapi::api::networking::v1::Ingress;
    use k8s_openapi::api::storage::v1::StorageClass;
    let kind = Kind::of::<Ingress>();
    assert_eq!((kind.group(), kind.plural(), kind.is_namespaced()), ("networking.k8s.io", "ingresses", true));
    assert!(!Kind::of::<StorageClass>().is_namespaced());
    let server = ApiServer::new();
    server.register(Kind::of::<StorageClass>());
    let api: Api<StorageClass> = Api::all(server.client("a"));
    let class = json!({ "metadata": { "name": "s" }, "provisioner": "p" });
    api.create(&post(), &typed(class)).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn an_event_is_one_in_both_groups_and_kubes_recorder_writes_it() {
    let server = ApiServer::new();
    let reporter = Reporter { controller: "acme.io/op".into(), instance: None };
    let recorder = Recorder::new(server.client("a"), reporter);
    let about = ObjectReference {
        kind: Some("Lease".into()),
        name: Some("x".into()),
        namespace: Some("default".into()),
        uid: Some("u".into()),
        ..ObjectReference::default()
    };
    let event = kube::runtime::events::Event {
        type_: EventType::Normal,
        reason: "Led".into(),
        note: Some("it is mine".into()),
        action: "Leading".into(),
        secondary: None,
    };
    recorder.publish(&event, &about).await.unwrap();
    let new: Api<EventV1> = Api::default_namespaced(server.client("a"));
    let old: Api<Event> = Api::default_namespaced(server.client("a"));
    let (new, old) =
        (new.list(&Default::default()).await.unwrap(), old.list(&Default::default()).await.unwrap());
    assert_eq!((new.items.len(), old.items.len()), (1, 1));
    assert_eq!(new.items[0].note.as_deref(), Some("it is mine"));
    assert_eq!(old.items[0].message.as_deref(), Some("it is mine"));
    assert_eq!(old.items[0].involved_object.name.as_deref(), Some("x"));
    assert_eq!(old.items[0].uid(), new.items[0].uid());
    recorder.publish(&event, &about).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn discovery_knows_every_kind_in_both_forms() {
    let server = ApiServer::new();
    server.register(Kind::namespaced("acme.io", "v1", "Widget", "widgets").with_status().short_name("wi"));
    let client = server.client("a");
    for discovery in [
        Discovery::new(client.clone()).run().await.unwrap(),
        Discovery::new(client.clone()).run_aggregated().await.unwrap(),
    ] {
        for (group, kind) in
            [("", "Pod"), ("apps", "StatefulSet"), ("coordination.k8s.io", "Lease"), ("acme.io", "Widget")]
        {
            let found = discovery.get(group).unwrap_or_else(|| panic!("no group {group}"));
            assert!(found.recommended_kind(kind).is_some(), "{group} {kind}");
        }
    }
    let resources = client.list_api_group_resources("acme.io/v1").await.unwrap().resources;
    assert_eq!(resources.iter().map(|r| r.name.as_str()).collect::<Vec<_>>(), ["widgets", "widgets/status"]);
    assert_eq!(client.apiserver_version().await.unwrap().minor, "37");
}

#[tokio::test(start_paused = true)]
async fn the_schemas_say_that_unknown_fields_are_checked() {
    let server = ApiServer::new();
    let index = raw(&server, Method::GET, "/openapi/v3", "").await;
    let url =
        index.json["paths"]["apis/coordination.k8s.io/v1"]["serverRelativeURL"].as_str().unwrap().to_owned();
    let document = raw(&server, Method::GET, &url, "").await;
    let path = "/apis/coordination.k8s.io/v1/namespaces/{namespace}/leases/{name}";
    let patch = &document.json["paths"][path]["patch"];
    assert!(patch["parameters"].as_array().unwrap().iter().any(|one| one["name"] == "fieldValidation"));
    assert_eq!(patch["x-kubernetes-group-version-kind"]["kind"], "Lease");
    let lease = &document.json["components"]["schemas"]["coordination.k8s.io.v1.Lease"];
    assert_eq!(lease["properties"]["spec"]["properties"]["renewTime"]["format"], "date-time");
}
