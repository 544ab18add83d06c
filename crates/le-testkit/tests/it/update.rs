//! Updates and resourceVersions.

use http::Method;
use k8s_openapi::api::apps::v1::Deployment;
use kube::ResourceExt;
use kube::api::{Api, Patch, PatchParams};
use le_testkit::ApiServer;
use serde_json::json;

use crate::support::*;

#[tokio::test(start_paused = true)]
async fn every_write_has_a_greater_version_than_the_one_before_whatever_it_wrote() {
    let server = ApiServer::new();
    let mut last = 0;
    for round in 0..5 {
        let name = format!("x{round}");
        let lease = leases(&server, "a").create(&post(), &lease(&name, "me")).await.unwrap();
        let map = config_maps(&server).create(&post(), &config_map(&name, json!({}))).await.unwrap();
        for version in [lease.resource_version(), map.resource_version()] {
            let version: u64 = version.unwrap().parse().unwrap();
            assert!(version > last);
            last = version;
        }
    }
}

#[tokio::test(start_paused = true)]
async fn the_second_of_two_writers_is_told_of_a_conflict() {
    let server = ApiServer::new();
    let (a, b) = (leases(&server, "a"), leases(&server, "b"));
    let seen = a.create(&post(), &lease("x", "a")).await.unwrap();
    a.replace("x", &post(), &seen.clone()).await.unwrap();
    let mut mine = seen.clone();
    mine.spec.as_mut().unwrap().holder_identity = Some("b".to_owned());
    b.replace("x", &post(), &mine).await.unwrap();
    mine.spec.as_mut().unwrap().holder_identity = Some("a".to_owned());
    let refusal = status(a.replace("x", &post(), &mine).await);
    assert_eq!((refusal.code, refusal.reason.as_str()), (409, "Conflict"));
    assert_eq!(
        refusal.message,
        "Operation cannot be fulfilled on leases.coordination.k8s.io \"x\": the object has been modified; \
         please apply your changes to the latest version and try again"
    );
    assert_eq!(a.get("x").await.unwrap().spec.unwrap().holder_identity.as_deref(), Some("b"));
}

#[tokio::test(start_paused = true)]
async fn a_write_that_changes_nothing_keeps_the_version() {
    let server = ApiServer::new();
    let leases = leases(&server, "a");
    let made = leases.create(&post(), &lease("x", "me")).await.unwrap();
    let same = leases.replace("x", &post(), &made).await.unwrap();
    assert_eq!(same.resource_version(), made.resource_version());
    leases.patch("x", &PatchParams::default(), &Patch::Merge(json!({}))).await.unwrap();
    assert_eq!(server.version().to_string(), made.resource_version().unwrap());
}

#[tokio::test(start_paused = true)]
async fn a_lease_is_not_replaced_without_a_version_but_a_config_map_is() {
    let server = ApiServer::new();
    leases(&server, "a").create(&post(), &lease("x", "me")).await.unwrap();
    let refusal = status(leases(&server, "a").replace("x", &post(), &lease("x", "you")).await);
    assert_eq!(refusal.code, 422);
    assert_eq!(
        refusal.message,
        r#"leases.coordination.k8s.io "x" is invalid: metadata.resourceVersion: Invalid value: 0: must be specified for an update"#
    );
    let maps = config_maps(&server);
    maps.create(&post(), &config_map("x", json!({ "a": "1" }))).await.unwrap();
    let replaced = maps.replace("x", &post(), &config_map("x", json!({ "a": "2" }))).await.unwrap();
    assert_eq!(replaced.data.unwrap()["a"], "2");
}

#[tokio::test(start_paused = true)]
async fn an_update_of_what_is_not_there_creates_a_lease_but_no_config_map() {
    let server = ApiServer::new();
    let body = json!({ "metadata": { "name": "x" } }).to_string();
    assert_eq!(raw(&server, Method::PUT, &format!("{LEASES}/x"), body.clone()).await.code, 201);
    let refused = raw(&server, Method::PUT, &format!("{CONFIG_MAPS}/x"), body).await;
    assert_eq!(refused.code, 404);
    assert_eq!(refused.json["message"], r#"configmaps "x" not found"#);
}

#[tokio::test(start_paused = true)]
async fn name_and_uid_of_the_body_must_fit() {
    let server = ApiServer::new();
    leases(&server, "a").create(&post(), &lease("x", "me")).await.unwrap();
    let put = |metadata: serde_json::Value| {
        let server = server.clone();
        async move {
            let body = json!({ "metadata": metadata }).to_string();
            raw(&server, Method::PUT, &format!("{LEASES}/x"), body).await
        }
    };
    let other = put(json!({ "name": "y" })).await;
    let message = "the name of the object (y) does not match the name on the URL (x)";
    assert_eq!((other.code, other.json["message"].as_str()), (400, Some(message)));
    let nameless = put(json!({})).await;
    let message = "the name of the object (x based on URL) was undeterminable: name must be provided";
    assert_eq!((nameless.code, nameless.json["message"].as_str()), (400, Some(message)));
    let elsewhere = put(json!({ "name": "x", "uid": "another" })).await;
    assert_eq!(elsewhere.code, 409);
    let message = elsewhere.json["message"].as_str().unwrap();
    assert!(message.contains("Precondition failed: UID in precondition: another, UID in object meta: "));
}

#[tokio::test(start_paused = true)]
async fn creation_time_and_uid_stay_whatever_is_sent() {
    let server = ApiServer::new();
    let maps = config_maps(&server);
    let made = maps.create(&post(), &config_map("x", json!({}))).await.unwrap();
    let body = json!({
        "metadata": { "name": "x", "creationTimestamp": "2001-01-01T00:00:00Z" }, "data": { "a": "b" },
    });
    raw(&server, Method::PUT, &format!("{CONFIG_MAPS}/x"), body.to_string()).await;
    let now = maps.get("x").await.unwrap();
    assert_eq!((now.uid(), now.creation_timestamp()), (made.uid(), made.creation_timestamp()));
}

fn deployment(replicas: i32) -> Deployment {
    typed(json!({
        "metadata": { "name": "d" },
        "spec": {
            "replicas": replicas, "selector": { "matchLabels": { "a": "b" } },
            "template": { "metadata": { "labels": { "a": "b" } }, "spec": { "containers": [{ "name": "c" }] } },
        },
        "status": { "replicas": 7 },
    }))
}

#[tokio::test(start_paused = true)]
async fn the_generation_counts_changes_of_the_spec_and_the_status_has_its_own_path() {
    let server = ApiServer::new();
    let api: Api<Deployment> = Api::default_namespaced(server.client("a"));
    let made = api.create(&post(), &deployment(1)).await.unwrap();
    assert_eq!(made.metadata.generation, Some(1));
    assert_eq!(made.status.unwrap().replicas, None, "a status sent with a creation is dropped");

    let params = PatchParams::default();
    let scaled = api.patch("d", &params, &Patch::Merge(json!({ "spec": { "replicas": 3 } }))).await.unwrap();
    assert_eq!(scaled.metadata.generation, Some(2));

    let both = json!({ "status": { "replicas": 3 }, "spec": { "replicas": 9 }, "metadata": { "labels": { "a": "b" } } });
    let reported = api.patch_status("d", &params, &Patch::Merge(both.clone())).await.unwrap();
    assert_eq!(reported.metadata.generation, Some(2));
    assert_eq!(reported.spec.replicas, Some(3), "the path of the status writes the status alone");
    assert_eq!(reported.status.unwrap().replicas, Some(3));
    assert_eq!(reported.metadata.labels, None);

    let labelled = api
        .patch("d", &params, &Patch::Merge(json!({ "metadata": { "labels": { "a": "b" } } })))
        .await
        .unwrap();
    assert_eq!(labelled.metadata.generation, Some(2));
    let main = api.patch("d", &params, &Patch::Merge(json!({ "status": { "replicas": 5 } }))).await.unwrap();
    assert_eq!(main.status.unwrap().replicas, Some(3), "the main path leaves the status alone");
}

#[tokio::test(start_paused = true)]
async fn what_is_immutable_stays() {
    let server = ApiServer::new();
    let body = json!({ "metadata": { "name": "x" }, "data": { "a": "1" }, "immutable": true });
    raw(&server, Method::POST, CONFIG_MAPS, body.to_string()).await;
    let answer = raw(&server, Method::PATCH, &format!("{CONFIG_MAPS}/x"), r#"{"data":{"a":"2"}}"#).await;
    assert_eq!(answer.code, 422);
    assert_eq!(
        answer.json["message"],
        "ConfigMap \"x\" is invalid: data: Forbidden: field is immutable when `immutable` is set"
    );
}
