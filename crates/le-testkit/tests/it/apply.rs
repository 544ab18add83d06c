//! Server-side apply.

use k8s_openapi::api::core::v1::ConfigMap;
use kube::ResourceExt;
use kube::api::{Api, Patch, PatchParams};
use le_testkit::ApiServer;
use serde_json::{Value, json};

use crate::support::*;

async fn apply(maps: &Api<ConfigMap>, params: PatchParams, data: Value) -> kube::Result<ConfigMap> {
    let config =
        json!({ "apiVersion": "v1", "kind": "ConfigMap", "metadata": { "name": "x" }, "data": data });
    maps.patch("x", &params, &Patch::Apply(config)).await
}

fn keys(map: &ConfigMap) -> String {
    map.data.iter().flatten().map(|(key, value)| format!("{key}{value}")).collect::<Vec<_>>().join(" ")
}

#[tokio::test(start_paused = true)]
async fn an_apply_creates_what_is_not_there() {
    let server = ApiServer::new();
    let maps = config_maps(&server);
    let made = apply(&maps, PatchParams::apply("m"), json!({ "a": "1" })).await.unwrap();
    assert!(made.uid().is_some());
    let entry = server.log().entries().pop().unwrap();
    assert_eq!(entry.status(), Some(201));
    let again = apply(&maps, PatchParams::apply("m"), json!({ "a": "1" })).await.unwrap();
    assert_eq!(again.resource_version(), made.resource_version(), "the same again is no change");
}

#[tokio::test(start_paused = true)]
async fn what_a_manager_no_longer_applies_goes_and_what_others_own_stays() {
    let server = ApiServer::new();
    let maps = config_maps(&server);
    apply(&maps, PatchParams::apply("m"), json!({ "a": "1", "b": "1" })).await.unwrap();
    apply(&maps, PatchParams::apply("n"), json!({ "b": "1", "c": "1" })).await.unwrap();
    let now = apply(&maps, PatchParams::apply("m"), json!({ "d": "1" })).await.unwrap();
    assert_eq!(keys(&now), "b1 c1 d1");
    let now = apply(&maps, PatchParams::apply("n"), json!({})).await.unwrap();
    assert_eq!(keys(&now), "d1");
}

#[tokio::test(start_paused = true)]
async fn a_field_of_another_manager_is_a_conflict_unless_forced() {
    let server = ApiServer::new();
    let maps = config_maps(&server);
    apply(&maps, PatchParams::apply("m"), json!({ "a": "1" })).await.unwrap();
    let refusal = status(apply(&maps, PatchParams::apply("n"), json!({ "a": "2" })).await);
    assert_eq!((refusal.code, refusal.reason.as_str()), (409, "Conflict"));
    assert_eq!(refusal.message, r#"Apply failed with 1 conflict: conflict with "m": .data.a"#);
    let cause = &refusal.details.unwrap().causes[0];
    assert_eq!((cause.reason.as_str(), cause.field.as_str()), ("FieldManagerConflict", ".data.a"));
    let taken = apply(&maps, PatchParams::apply("n").force(), json!({ "a": "2" })).await.unwrap();
    assert_eq!(keys(&taken), "a2");
    let dropped = apply(&maps, PatchParams::apply("m"), json!({})).await.unwrap();
    assert_eq!(keys(&dropped), "a2", "what was taken is not m's to drop");
}

#[tokio::test(start_paused = true)]
async fn an_update_takes_the_fields_that_it_changes() {
    let server = ApiServer::new();
    let maps = config_maps(&server);
    apply(&maps, PatchParams::apply("m"), json!({ "a": "1", "b": "1" })).await.unwrap();
    let params = PatchParams { field_manager: Some("hand".into()), ..PatchParams::default() };
    maps.patch("x", &params, &Patch::Merge(json!({ "data": { "a": "2", "b": "2" } }))).await.unwrap();
    let refusal = status(apply(&maps, PatchParams::apply("m"), json!({ "a": "1", "b": "1" })).await);
    assert_eq!(
        refusal.message,
        "Apply failed with 2 conflicts: conflicts with \"hand\" using v1:\n- .data.a\n- .data.b"
    );
}

#[tokio::test(start_paused = true)]
async fn finalizers_and_owner_references_are_owned_one_by_one() {
    let server = ApiServer::new();
    let maps = config_maps(&server);
    let with = |finalizer: &str| {
        Patch::Apply(json!({
            "apiVersion": "v1", "kind": "ConfigMap", "metadata": { "name": "x", "finalizers": [finalizer] },
        }))
    };
    maps.patch("x", &PatchParams::apply("m"), &with("a.io/m")).await.unwrap();
    let both = maps.patch("x", &PatchParams::apply("n"), &with("a.io/n")).await.unwrap();
    assert_eq!(both.finalizers(), ["a.io/m", "a.io/n"]);
    let left = apply(&maps, PatchParams::apply("m"), json!({})).await.unwrap();
    assert_eq!(left.finalizers(), ["a.io/n"]);
}

#[tokio::test(start_paused = true)]
async fn an_apply_needs_a_manager_a_type_and_known_fields() {
    let server = ApiServer::new();
    let path = format!("{CONFIG_MAPS}/x");
    let send = |query: &str, body: Value| {
        let (server, path) = (server.clone(), format!("{path}{query}"));
        async move {
            let media = "application/apply-patch+yaml";
            let body = body.to_string().into_bytes();
            raw_as(&server, http::Method::PATCH, &path, media, body, "*/*").await
        }
    };
    let good = json!({ "apiVersion": "v1", "kind": "ConfigMap", "metadata": { "name": "x" } });
    let nobody = send("", good.clone()).await;
    let message = r#"PatchOptions.meta.k8s.io "" is invalid: fieldManager: Required value: is required for apply patch"#;
    assert_eq!((nobody.code, nobody.json["message"].as_str()), (422, Some(message)));
    assert_eq!(send("?fieldManager=m", json!({ "metadata": { "name": "x" } })).await.code, 400);
    let mut unknown = good.clone();
    unknown["foo"] = 1.into();
    let unknown = send("?fieldManager=m", unknown).await;
    assert_eq!(unknown.code, 500);
    let message =
        "failed to create typed patch object (/x; /v1, Kind=ConfigMap): .foo: field not declared in schema";
    assert_eq!(unknown.json["message"], message);
    assert_eq!(send("?fieldManager=m", good).await.code, 201);
}

#[tokio::test(start_paused = true)]
async fn yaml_can_be_applied() {
    let server = ApiServer::new();
    let body = b"apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: x\ndata:\n  a: \"1\"\n".to_vec();
    let path = format!("{CONFIG_MAPS}/x?fieldManager=m");
    let answer =
        raw_as(&server, http::Method::PATCH, &path, "application/apply-patch+yaml", body, "*/*").await;
    assert_eq!((answer.code, answer.json["data"]["a"].as_str()), (201, Some("1")));
}
