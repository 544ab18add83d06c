//! Requests that no good client sends, and forms that only some ask for.

use http::Method;
use le_testkit::ApiServer;
use serde_json::json;

use crate::support::*;

#[tokio::test(start_paused = true)]
async fn a_body_that_is_no_json_is_told_in_the_words_of_go() {
    let server = ApiServer::new();
    for (body, why) in [
        ("hello", "invalid character 'h' looking for beginning of value (68656c6c6f)"),
        ("", "unexpected end of JSON input (<empty>)"),
        (r#"{"metadata":"#, r#"unexpected end of JSON input ({"metadata":)"#),
        (r#"{"a":1,}"#, r#"invalid character '}' looking for beginning of object key string ({"a":1,})"#),
        (r#"{"a" 1}"#, r#"invalid character '1' after object key ({"a" 1})"#),
        (r#"{"a":[1 2]}"#, r#"invalid character '2' after array element ({"a":[1 2]})"#),
        (r#"{"a":tru}"#, r#"invalid character '}' in literal true (expecting 'e') ({"a":tru})"#),
        ("{} x", "invalid character 'x' after top-level value ({} x)"),
    ] {
        let answer = raw(&server, Method::POST, LEASES, body).await;
        let message = format!(
            "the object provided is unrecognized (must be of type Lease): couldn't get version/kind; json parse error: {why}"
        );
        assert_eq!((answer.code, answer.json["message"].as_str()), (400, Some(message.as_str())));
    }
}

#[tokio::test(start_paused = true)]
async fn a_deeply_nested_body_is_refused() {
    let server = ApiServer::new();
    let answer = raw(&server, Method::POST, LEASES, "[".repeat(1_000_000)).await;
    assert_eq!(answer.code, 400);
}

#[tokio::test(start_paused = true)]
async fn a_body_above_three_megabytes_is_413() {
    let server = ApiServer::new();
    let answer = raw(&server, Method::POST, CONFIG_MAPS, " ".repeat(3 * 1024 * 1024 + 1)).await;
    assert_eq!((answer.code, answer.json["reason"].as_str()), (413, Some("RequestEntityTooLarge")));
}

#[tokio::test(start_paused = true)]
async fn an_object_of_another_type_is_refused() {
    let server = ApiServer::new();
    for (types, why) in [
        (
            json!({ "apiVersion": "v1", "kind": "ConfigMap" }),
            "ConfigMap in version \"v1\" cannot be handled as a Lease: converting (v1.ConfigMap) to (coordination.Lease): unknown conversion",
        ),
        (
            json!({ "apiVersion": "coordination.k8s.io/v1", "kind": "Foo" }),
            "Foo in version \"v1\" cannot be handled as a Lease: no kind \"Foo\" is registered for version \"coordination.k8s.io/v1\" in scheme \"pkg/runtime/scheme.go:111\"",
        ),
        (
            json!({ "apiVersion": "coordination.k8s.io/v1beta1", "kind": "Lease" }),
            "the API version in the data (coordination.k8s.io/v1beta1) does not match the expected API version (coordination.k8s.io/v1)",
        ),
    ] {
        let mut body = types;
        body["metadata"]["name"] = "x".into();
        let answer = raw(&server, Method::POST, LEASES, body.to_string()).await;
        assert_eq!((answer.code, answer.json["message"].as_str()), (400, Some(why)));
    }
}

#[tokio::test(start_paused = true)]
async fn paths_and_methods_that_are_not_there_are_404_and_405() {
    let server = ApiServer::new();
    for (method, path, code) in [
        (Method::GET, "/foo", 404),
        (Method::GET, "/api/v1/foos", 404),
        (Method::GET, "/apis/foo.io/v1/foos", 404),
        (Method::GET, "/apis/coordination.k8s.io/v9/leases", 404),
        (Method::GET, "/apis/coordination.k8s.io/v1/leases/x", 404),
        (Method::GET, &format!("{LEASES}/x/status"), 404),
        (Method::POST, "/apis/coordination.k8s.io/v1/leases", 405),
        (Method::DELETE, "/apis/coordination.k8s.io/v1/leases", 405),
        (Method::DELETE, "/api/v1/namespaces", 405),
        (Method::PUT, LEASES, 405),
        (Method::POST, &format!("{LEASES}/x"), 405),
        (Method::POST, "/version", 405),
    ] {
        let answer = raw(&server, method.clone(), path, "{}").await;
        assert_eq!(answer.code, code, "{method} {path}: {}", answer.text);
    }
    assert_eq!(raw(&server, Method::GET, "/foo", "").await.text, "404 page not found\n");
    let json = raw(&server, Method::GET, "/api/v1/foos", "").await.json;
    assert_eq!(json["message"], "the server could not find the requested resource");
}

#[tokio::test(start_paused = true)]
async fn the_server_is_well() {
    let server = ApiServer::new();
    for path in ["/healthz", "/livez", "/readyz"] {
        let answer = raw(&server, Method::GET, path, "").await;
        assert_eq!((answer.code, answer.text.as_str()), (200, "ok"));
    }
}

#[tokio::test(start_paused = true)]
async fn yaml_is_read_and_other_media_types_are_415_and_406() {
    let server = ApiServer::new();
    let yaml = b"metadata:\n  name: x\nspec:\n  holderIdentity: me\n".to_vec();
    let made = raw_as(&server, Method::POST, LEASES, "application/yaml", yaml, "*/*").await;
    assert_eq!((made.code, made.json["spec"]["holderIdentity"].as_str()), (201, Some("me")));
    let plain = raw_as(&server, Method::POST, LEASES, "text/plain", b"x".to_vec(), "*/*").await;
    assert_eq!((plain.code, plain.json["reason"].as_str()), (415, Some("UnsupportedMediaType")));
    let html = raw_as(&server, Method::GET, LEASES, "", Vec::new(), "text/html").await;
    assert_eq!((html.code, html.json["reason"].as_str()), (406, Some("NotAcceptable")));
    let protobuf_first = "application/vnd.kubernetes.protobuf, application/json";
    assert_eq!(raw_as(&server, Method::GET, LEASES, "", Vec::new(), protobuf_first).await.code, 200);
}

#[tokio::test(start_paused = true)]
async fn a_table_shows_who_holds_a_lease() {
    let server = ApiServer::new();
    leases(&server, "a").create(&post(), &lease("x", "me")).await.unwrap();
    tokio::time::sleep(seconds(200)).await;
    let accept = "application/json;as=Table;v=v1;g=meta.k8s.io,application/json";
    let table = raw_as(&server, Method::GET, LEASES, "", Vec::new(), accept).await.json;
    assert_eq!(table["kind"], "Table");
    let columns: Vec<&str> = table["columnDefinitions"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|one| one["name"].as_str())
        .collect();
    assert_eq!(columns, ["Name", "Holder", "Age"]);
    assert_eq!(table["rows"][0]["cells"], json!(["x", "me", "3m20s"]));
    assert_eq!(table["rows"][0]["object"]["metadata"]["name"], "x");
}

/// A field of a protobuf message that holds bytes.
fn field(number: u8, bytes: &[u8]) -> Vec<u8> {
    let mut out = vec![number << 3 | 2, u8::try_from(bytes.len()).unwrap()];
    out.extend(bytes);
    out
}

#[tokio::test(start_paused = true)]
async fn a_lease_in_protobuf_is_read() {
    let server = ApiServer::new();
    let metadata = field(1, b"x");
    // 15 seconds, renewed 1 s and 500 ms after the epoch, -1 transitions.
    let renewed = [8, 1, 16, 128, 202, 181, 238, 1];
    let minus_one = [255, 255, 255, 255, 255, 255, 255, 255, 255, 1];
    let spec = [field(1, b"me"), vec![16, 15], field(4, &renewed)].concat();
    let object = |spec: &[u8]| {
        let types = [field(1, b"coordination.k8s.io/v1"), field(2, b"Lease")].concat();
        let raw = [field(1, &metadata), field(2, spec)].concat();
        [b"k8s\0".to_vec(), field(1, &types), field(2, &raw)].concat()
    };
    let media = "application/vnd.kubernetes.protobuf";
    let made = raw_as(&server, Method::POST, LEASES, media, object(&spec), "*/*").await;
    assert_eq!(made.code, 201, "{}", made.text);
    let kept = json!({ "holderIdentity": "me", "leaseDurationSeconds": 15, "renewTime": "1970-01-01T00:00:01.500000Z" });
    assert_eq!(made.json["spec"], kept);
    let bad = [spec, vec![40], minus_one.to_vec()].concat();
    let refused = raw_as(&server, Method::POST, LEASES, media, object(&bad), "*/*").await;
    assert_eq!(refused.code, 422, "{}", refused.text);
    for cut in 0..object(&bad).len() {
        let answer = raw_as(&server, Method::POST, LEASES, media, object(&bad)[..cut].to_vec(), "*/*").await;
        assert!((400..500).contains(&answer.code), "{cut}: {}", answer.text);
    }
}
