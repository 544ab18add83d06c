//! From a pod to its component.

use kube::api::DynamicObject;
use le_cli::{Component, Connection, Owners, component_by_name};
use le_testkit::ApiServer;
use serde_json::{Value, json};

fn owned(name: &str, owner: Value) -> DynamicObject {
    let metadata = json!({ "name": name, "namespace": "default", "ownerReferences": [owner] });
    serde_json::from_value(json!({ "apiVersion": "v1", "kind": "Pod", "metadata": metadata }))
        .expect("an object")
}

fn by(kind: &str, name: &str) -> Value {
    json!({ "apiVersion": "apps/v1", "kind": kind, "name": name, "uid": "u", "controller": true })
}

fn told(component: &Component) -> (&str, &str) {
    (&component.kind, &component.name)
}

#[tokio::test(start_paused = true)]
async fn owners_are_followed_to_what_a_user_deployed() {
    let server = ApiServer::new();
    server.fill([
        json!({ "apiVersion": "apps/v1", "kind": "ReplicaSet",
            "metadata": { "name": "web-7d9c", "ownerReferences": [by("Deployment", "web")] } }),
        json!({ "apiVersion": "apps/v1", "kind": "ReplicaSet", "metadata": { "name": "lonely" } }),
    ]);
    let mut owners = Owners::new(&Connection::new(server.client("x"), "default"), "default");
    for (owner, component) in [
        (by("ReplicaSet", "web-7d9c"), ("Deployment", "web")),
        (by("ReplicaSet", "web-7d9c"), ("Deployment", "web")),
        (by("StatefulSet", "db"), ("StatefulSet", "db")),
        (by("ReplicaSet", "lonely"), ("ReplicaSet", "lonely")),
        // It is gone, or may not be read: the name is what is left.
        (by("ReplicaSet", "gone-55f7"), ("Deployment", "gone")),
        (json!({ "apiVersion": "v1", "kind": "X", "name": "x", "uid": "u" }), ("Pod", "p")),
    ] {
        assert_eq!(told(&owners.component(&owned("p", owner)).await), component);
    }
    assert_eq!(
        server.log().count(|request| request.name() == "web-7d9c"),
        1,
        "what is known is not asked again"
    );
}

#[test]
fn a_name_alone_loses_its_last_two_parts() {
    for (pod, name) in
        [("web-7d9c-x2x", "web"), ("a-b-7d9c-x2x", "a-b"), ("db-0", "db-0"), ("x", "x"), ("-7-x", "-7-x")]
    {
        assert_eq!(told(&component_by_name(pod)), ("", name), "{pod}");
    }
}
