//! Patches.

use http::Method;
use k8s_openapi::api::apps::v1::Deployment;
use kube::api::{Api, Patch, PatchParams};
use kube::{Resource, ResourceExt};
use le_testkit::ApiServer;
use serde_json::{Value, json};

use crate::support::*;

async fn strategic(server: &ApiServer, path: &str, patch: Value) -> Raw {
    let media = "application/strategic-merge-patch+json";
    raw_as(server, Method::PATCH, path, media, patch.to_string().into_bytes(), "*/*").await
}

#[tokio::test(start_paused = true)]
async fn a_merge_patch_adds_changes_and_removes() {
    let server = ApiServer::new();
    let maps = config_maps(&server);
    maps.create(&post(), &config_map("x", json!({ "a": "1", "b": "2" }))).await.unwrap();
    let patch = json!({ "data": { "a": null, "b": "3", "c": "4" }, "metadata": { "labels": { "l": "m" } } });
    let patched = maps.patch("x", &PatchParams::default(), &Patch::Merge(patch)).await.unwrap();
    let data = patched.data.as_ref().unwrap();
    assert_eq!(data.iter().map(|(k, v)| format!("{k}{v}")).collect::<String>(), "b3c4");
    assert_eq!(patched.labels()["l"], "m");
}

#[tokio::test(start_paused = true)]
async fn a_version_in_a_patch_is_a_precondition() {
    let server = ApiServer::new();
    let maps = config_maps(&server);
    let made = maps.create(&post(), &config_map("x", json!({}))).await.unwrap();
    let patch = |version: &str| json!({ "metadata": { "resourceVersion": version }, "data": { "a": "b" } });
    let params = PatchParams::default();
    let refusal = status(maps.patch("x", &params, &Patch::Merge(patch("1"))).await);
    assert_eq!((refusal.code, refusal.reason.as_str()), (409, "Conflict"));
    let version = made.resource_version().unwrap();
    maps.patch("x", &params, &Patch::Merge(patch(&version))).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_patch_cannot_make_another_object_of_it() {
    let server = ApiServer::new();
    config_maps(&server).create(&post(), &config_map("x", json!({}))).await.unwrap();
    let path = format!("{CONFIG_MAPS}/x");
    for (patch, code) in [
        (r#"{"metadata":{"name":"y"}}"#, 400),
        (r#"{"metadata":{"namespace":"y"}}"#, 400),
        (r#"{"metadata":{"uid":"y"}}"#, 422),
        (r#"{"kind":"Secret"}"#, 422),
        (r#"{"data":{"a":1}}"#, 422),
        ("[]", 400),
        ("nonsense", 400),
    ] {
        let answer = raw(&server, Method::PATCH, &path, patch).await;
        assert_eq!(answer.code, code, "{patch}: {}", answer.text);
    }
    assert_eq!(raw(&server, Method::PATCH, &format!("{CONFIG_MAPS}/none"), "{}").await.code, 404);
}

#[tokio::test(start_paused = true)]
async fn a_json_patch_is_done_whole_or_not_at_all() {
    let server = ApiServer::new();
    let maps = config_maps(&server);
    maps.create(&post(), &config_map("x", json!({ "a": "1" }))).await.unwrap();
    let json = |operations: Value| Patch::Json::<()>(serde_json::from_value(operations).unwrap());
    let params = PatchParams::default();
    let good = json(json!([
        { "op": "test", "path": "/data/a", "value": "1" }, { "op": "add", "path": "/data/b", "value": "2" },
    ]));
    assert_eq!(maps.patch("x", &params, &good).await.unwrap().data.unwrap()["b"], "2");
    let bad = json(json!([
        { "op": "add", "path": "/data/c", "value": "3" }, { "op": "test", "path": "/data/a", "value": "9" },
    ]));
    let refusal = status(maps.patch("x", &params, &bad).await);
    assert_eq!((refusal.code, refusal.reason.as_str()), (422, "Invalid"));
    assert!(!maps.get("x").await.unwrap().data.unwrap().contains_key("c"));
}

#[tokio::test(start_paused = true)]
async fn a_strategic_merge_knows_containers_by_their_names() {
    let server = ApiServer::new();
    let api: Api<Deployment> = Api::default_namespaced(server.client("a"));
    let containers = json!([{ "name": "a", "image": "1" }, { "name": "b", "image": "1" }]);
    let deployment = json!({
        "metadata": { "name": "d", "labels": { "x": "y" } },
        "spec": { "selector": {}, "template": { "spec": { "containers": containers } } },
    });
    api.create(&post(), &typed(deployment)).await.unwrap();
    let path = "/apis/apps/v1/namespaces/default/deployments/d";
    let containers = |list: Value| json!({ "spec": { "template": { "spec": { "containers": list } } } });
    let patched =
        strategic(&server, path, containers(json!([{ "name": "b", "image": "2" }, { "name": "c" }]))).await;
    let expected = json!([{ "name": "a", "image": "1" }, { "name": "b", "image": "2" }, { "name": "c" }]);
    assert_eq!(patched.json["spec"]["template"]["spec"]["containers"], expected);
    let patched = strategic(&server, path, containers(json!([{ "name": "a", "$patch": "delete" }]))).await;
    let left = patched.json["spec"]["template"]["spec"]["containers"].as_array().unwrap().len();
    assert_eq!(left, 2);
    let patched =
        strategic(&server, path, json!({ "metadata": { "labels": { "$patch": "replace", "z": "1" } } }))
            .await;
    assert_eq!(patched.json["metadata"]["labels"], json!({ "z": "1" }));
}

#[tokio::test(start_paused = true)]
async fn finalizers_are_a_set_to_a_strategic_merge() {
    let server = ApiServer::new();
    let mut map = config_map("x", json!({}));
    map.meta_mut().finalizers = Some(vec!["a.io/a".into(), "a.io/b".into()]);
    config_maps(&server).create(&post(), &map).await.unwrap();
    let path = format!("{CONFIG_MAPS}/x");
    let added =
        strategic(&server, &path, json!({ "metadata": { "finalizers": ["a.io/b", "a.io/c"] } })).await;
    assert_eq!(added.json["metadata"]["finalizers"], json!(["a.io/a", "a.io/b", "a.io/c"]));
    let patch = json!({ "metadata": { "$deleteFromPrimitiveList/finalizers": ["a.io/a"] } });
    let removed = strategic(&server, &path, patch).await;
    assert_eq!(removed.json["metadata"]["finalizers"], json!(["a.io/b", "a.io/c"]));
}

#[tokio::test(start_paused = true)]
async fn a_patch_of_another_sort_is_415() {
    let server = ApiServer::new();
    config_maps(&server).create(&post(), &config_map("x", json!({}))).await.unwrap();
    let path = format!("{CONFIG_MAPS}/x");
    let answer = raw_as(&server, Method::PATCH, &path, "application/json", b"{}".to_vec(), "*/*").await;
    assert_eq!((answer.code, answer.json["reason"].as_str()), (415, Some("UnsupportedMediaType")));
}

#[tokio::test(start_paused = true)]
async fn a_dry_patch_changes_nothing() {
    let server = ApiServer::new();
    let maps = config_maps(&server);
    maps.create(&post(), &config_map("x", json!({ "a": "1" }))).await.unwrap();
    let dry = PatchParams { dry_run: true, ..PatchParams::default() };
    let shown = maps.patch("x", &dry, &Patch::Merge(json!({ "data": { "a": "2" } }))).await.unwrap();
    assert_eq!(shown.data.unwrap()["a"], "2");
    assert_eq!(maps.get("x").await.unwrap().data.unwrap()["a"], "1");
}

#[tokio::test(start_paused = true)]
async fn in_a_json_patch_a_test_for_null_passes_where_there_is_nothing() {
    let server = ApiServer::new();
    let maps = config_maps(&server);
    maps.create(&post(), &config_map("x", json!({}))).await.unwrap();
    // How kube adds the first finalizer. The second time there is something.
    let patch = json!([
        { "op": "test", "path": "/metadata/finalizers", "value": null },
        { "op": "add", "path": "/metadata/finalizers", "value": ["acme.io/cleanup"] },
    ]);
    let patch = Patch::<()>::Json(serde_json::from_value(patch).unwrap());
    let patched = maps.patch("x", &PatchParams::default(), &patch).await.unwrap();
    assert_eq!(patched.finalizers(), ["acme.io/cleanup"]);
    assert_eq!(status(maps.patch("x", &PatchParams::default(), &patch).await).code, 422);

    // A missing parent, a value other than null, and an index beyond the end of a list are refused.
    for (path, value) in [
        ("/nothing/here", json!(null)),
        ("/metadata/labels", json!({})),
        ("/metadata/finalizers/7", json!(null)),
    ] {
        let patch = json!([{ "op": "test", "path": path, "value": value }]);
        let patch = Patch::<()>::Json(serde_json::from_value(patch).unwrap());
        assert_eq!(status(maps.patch("x", &PatchParams::default(), &patch).await).code, 422, "{path}");
    }
}
