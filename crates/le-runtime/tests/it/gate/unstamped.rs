//! What has no place for a stamp: sent as it is, or refused.

use kube::client::Body;
use le_core::StopReason;
use le_runtime::{GateError, LeadershipExt, Stamp, Unstampable};
use serde_json::json;

use super::{gate_error, recorder, request, term};

const NS: &str = "/api/v1/namespaces/default";

#[tokio::test]
async fn what_carries_no_object_is_sent_as_it_is() {
    let (client, seen) = recorder();
    let (_term, led) = term(7);
    let client = led.client_with(&client, Stamp::new());
    let body = r#"{"spec":{"replicas":3}}"#;
    for (method, path, content_type) in [
        ("DELETE", "/api/v1/namespaces/default/configmaps/one", "application/json"),
        ("DELETE", "/api/v1/namespaces/default/configmaps", "application/json"),
        ("DELETE", "/somewhere/else", "application/json"),
        ("POST", "/api/v1/namespaces/default/pods/one/eviction", "application/json"),
        ("POST", "/api/v1/namespaces/default/pods/one/binding", "application/json"),
        ("POST", "/api/v1/namespaces/default/serviceaccounts/one/token", "application/json"),
        ("PUT", "/apis/apps/v1/namespaces/default/deployments/one/scale", "application/json"),
        ("PATCH", "/apis/apps/v1/namespaces/default/deployments/one/scale", "application/json-patch+json"),
        ("POST", "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", "application/json"),
        ("POST", "/apis/authentication.k8s.io/v1/tokenreviews", "application/json"),
    ] {
        client.send(request(method, path, content_type, body)).await.unwrap();
        assert_eq!(seen.lock().unwrap().pop().unwrap().body(), body.as_bytes(), "{method} {path}");
    }
}

/// kube's `finalizer` sends such patches.
#[tokio::test]
async fn a_json_patch_is_sent_if_it_changes_finalizers_and_nothing_else() {
    const PATCH: &str = "application/json-patch+json";
    let (client, seen) = recorder();
    let (_term, led) = term(7);
    let client = led.client_with(&client, Stamp::new());
    let one = format!("{NS}/configmaps/one");
    for body in [
        r#"[{"op":"test","path":"/metadata/finalizers","value":null},{"op":"add","path":"/metadata/finalizers","value":["a/b"]}]"#,
        r#"[{"op":"test","path":"/metadata/finalizers/0","value":"a/b"},{"op":"remove","path":"/metadata/finalizers/0"}]"#,
    ] {
        client.send(request("PATCH", &one, PATCH, body)).await.unwrap();
        assert_eq!(seen.lock().unwrap().pop().unwrap().body(), body.as_bytes());
    }
    for body in [
        "[]",
        "{}",
        "no JSON",
        r#"[{"op":"remove"}]"#,
        r#"[{"op":"remove","path":"/metadata/finalizersAndMore"}]"#,
        r#"[{"op":"remove","path":"/metadata/finalizers/0"},{"op":"remove","path":"/spec"}]"#,
        r#"[{"op":"copy","path":"/metadata/finalizers/-","from":"/metadata/name"}]"#,
    ] {
        let error = client.send(request("PATCH", &one, PATCH, body)).await.unwrap_err();
        assert!(
            matches!(gate_error(&error), GateError::CannotStamp { why: Unstampable::JsonPatch, .. }),
            "{body}"
        );
    }
    assert!(seen.lock().unwrap().is_empty());
}

#[tokio::test]
async fn the_status_is_stamped_although_some_kinds_drop_it() {
    let (client, seen) = recorder();
    let (_term, led) = term(7);
    let client = led.client_with(&client, Stamp::new());
    let path = format!("{NS}/pods/one/status");
    client.send(request("PATCH", &path, "application/merge-patch+json", r#"{"status":{}}"#)).await.unwrap();
    let body = super::json(seen.lock().unwrap()[0].body());
    assert_eq!(body["metadata"]["annotations"]["leader-election/fencing-token"], "7");
}

#[tokio::test]
async fn what_cannot_be_stamped_is_not_sent_without() {
    const JSON: &str = "application/json";
    const MERGE: &str = "application/merge-patch+json";
    let one = format!("{NS}/configmaps/one");
    let list =
        json!({ "kind": "ConfigMapList", "metadata": { "resourceVersion": "1" }, "items": [] }).to_string();
    let (client, seen) = recorder();
    let (_term, led) = term(7);
    let client = led.client_with(&client, Stamp::new());
    for (method, path, content_type, body, words) in [
        (
            "PATCH",
            &*one,
            "application/json-patch+json",
            "[]",
            "it is a JSON patch; send a merge patch or an apply patch",
        ),
        (
            "PUT",
            &one,
            "application/vnd.kubernetes.protobuf",
            "k8s\0",
            "\"application/vnd.kubernetes.protobuf\"; send JSON",
        ),
        (
            "PATCH",
            &one,
            "application/apply-patch+yaml",
            "kind: ConfigMap",
            "its body is no JSON (expected value at line 1 column 1); send JSON",
        ),
        ("POST", &one, JSON, "", "its body is no JSON"),
        ("POST", &one, JSON, "{} x", "its body is no JSON"),
        ("POST", &one, JSON, "[]", "the body is no JSON object"),
        ("POST", &one, JSON, r#"{"metadata":"x"}"#, "metadata is no JSON object"),
        ("POST", &one, JSON, r#"{"metadata":{"annotations":[]}}"#, "metadata.annotations is no JSON object"),
        ("PATCH", &one, MERGE, r#"{"metadata":null}"#, "the patch sets metadata to null"),
        (
            "PATCH",
            &one,
            MERGE,
            r#"{"metadata":{"annotations":null}}"#,
            "the patch sets metadata.annotations to null",
        ),
        ("POST", &one, JSON, &list, "it is a list, \"ConfigMapList\"; send each object alone"),
        ("POST", "/elsewhere", JSON, "{}", "the path names no resource"),
    ] {
        let error = client.send(request(method, path, content_type, body)).await.unwrap_err();
        let GateError::CannotStamp { why, .. } = gate_error(&error) else { panic!("{error:?}") };
        assert!(why.to_string().contains(words), "{why}");
        let text = gate_error(&error).to_string();
        assert_eq!(
            text,
            format!("{method} {path} was not sent, since no fencing token can be put on it: {why}")
        );
    }
    assert!(seen.lock().unwrap().is_empty());
}

#[tokio::test]
async fn an_object_of_a_kind_with_items_is_no_list() {
    let (client, seen) = recorder();
    let (_term, led) = term(7);
    let client = led.client_with(&client, Stamp::new());
    for metadata in [json!({ "name": "one" }), json!({ "generateName": "one-" })] {
        let object = json!({ "kind": "AllowList", "metadata": metadata, "items": ["a"] }).to_string();
        let path = "/apis/acme.example/v1/namespaces/default/allowlists";
        client.send(request("POST", path, "application/json", object)).await.unwrap();
    }
    assert_eq!(seen.lock().unwrap().len(), 2);
}

#[tokio::test]
async fn null_where_annotations_would_be_means_none_in_a_whole_object() {
    let (client, seen) = recorder();
    let (_term, led) = term(7);
    let client = led.client_with(&client, Stamp::new());
    for object in [r#"{"metadata":null}"#, r#"{"metadata":{"annotations":null}}"#] {
        client
            .send(request("PUT", &format!("{NS}/configmaps/one"), "application/json", object))
            .await
            .unwrap();
        let body = super::json(seen.lock().unwrap().pop().unwrap().body());
        assert_eq!(body, json!({ "metadata": { "annotations": { "leader-election/fencing-token": "7" } } }));
    }
}

#[tokio::test]
async fn whoever_does_not_lead_learns_that_first() {
    let (client, _) = recorder();
    let (term, led) = term(7);
    let client = led.client_with(&client, Stamp::new());
    term.end(StopReason::Replaced);
    let error = client.send(request("PATCH", "/x", "application/json-patch+json", "[]")).await.unwrap_err();
    assert!(matches!(gate_error(&error), GateError::NotLeading { .. }), "{error:?}");
}

#[tokio::test]
async fn a_program_can_tell_what_stood_in_the_way() {
    let (client, _) = recorder();
    let (_term, led) = term(7);
    let patch = http::Request::patch(format!("{NS}/configmaps/one"))
        .header("content-type", "application/json-patch+json");
    let error =
        led.client_with(&client, Stamp::new()).send(patch.body(Body::empty()).unwrap()).await.unwrap_err();
    assert!(
        matches!(gate_error(&error), GateError::CannotStamp { why: Unstampable::JsonPatch, .. }),
        "{error:?}"
    );
}
