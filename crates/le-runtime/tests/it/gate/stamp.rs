//! The fencing token on what is written.

use kube::api::{Patch, PatchParams, PostParams};
use kube::client::Body;
use le_runtime::{FENCING_TOKEN_ANNOTATION, GateError, LeadershipExt, Stamp};
use le_testkit::ApiServer;
use serde_json::{Value, json};

use super::{gate_error, json, map, maps, recorder, request, stamp_of, term};

const ONE: &str = "/api/v1/namespaces/default/configmaps/one";
const ALL: &str = "/api/v1/namespaces/default/configmaps";

#[tokio::test(start_paused = true)]
async fn whatever_is_written_carries_the_token_of_its_term() {
    let server = ApiServer::new();
    let (first, second) = (term(41), term(1042));
    let [a, b] = [&first.1, &second.1].map(|led| maps(led.client_with(&server.client("a"), Stamp::new())));
    let created = a.create(&PostParams::default(), &map("one")).await.unwrap();
    assert_eq!(stamp_of(&created), Some("41"));

    let mut read = b.get("one").await.unwrap();
    read.metadata.annotations.as_mut().unwrap().insert("mine".to_owned(), "kept".to_owned());
    let replaced = b.replace("one", &PostParams::default(), &read).await.unwrap();
    assert_eq!(stamp_of(&replaced), Some("1042"));
    assert_eq!(replaced.metadata.annotations.unwrap()["mine"], "kept");

    let data = || json!({ "data": { "a": "b" } });
    let apply = json!({ "apiVersion": "v1", "kind": "ConfigMap", "metadata": { "name": "one" }, "data": { "c": "d" } });
    for (at, patch) in
        [Patch::Merge(data()), Patch::Strategic(data()), Patch::Apply(apply)].iter().enumerate()
    {
        let token = 2000 + at as u64;
        let (_term, led) = term(token);
        let maps = maps(led.client_with(&server.client("a"), Stamp::new()));
        let params = if matches!(patch, Patch::Apply(_)) {
            PatchParams::apply("me").force()
        } else {
            PatchParams::default()
        };
        let patched = maps.patch("one", &params, patch).await.unwrap();
        assert_eq!(stamp_of(&patched), Some(token.to_string().as_str()));
        assert_eq!(patched.metadata.annotations.unwrap()["mine"], "kept");
        assert_eq!(patched.data.unwrap()["a"], "b");
    }
}

#[tokio::test]
async fn nothing_else_of_the_request_changes() {
    let (client, seen) = recorder();
    let (_term, led) = term(7);
    let client = led.client_with(&client, Stamp::new());
    let body = r#" {"kind":"ConfigMap", "x":0.1000000000000000055, "big":18446744073709551617 }"#;
    let mut sent = request("PUT", &format!("{ONE}?fieldManager=me&dryRun=All"), "application/json", body);
    sent.headers_mut().insert("x-mine", "kept".parse().unwrap());
    client.send(sent).await.unwrap();
    let seen = seen.lock().unwrap();
    let stamp = r#" {"metadata":{"annotations":{"leader-election/fencing-token":"7"}},"#;
    assert_eq!(String::from_utf8_lossy(seen[0].body()), body.replacen(" {", stamp, 1));
    assert_eq!(seen[0].uri(), format!("{ONE}?fieldManager=me&dryRun=All").as_str());
    assert_eq!(seen[0].method(), "PUT");
    assert_eq!(seen[0].headers()["x-mine"], "kept");
    assert!(!seen[0].headers().contains_key("content-length"), "none was there");
}

#[tokio::test]
async fn the_length_that_is_told_is_that_of_the_stamped_body() {
    let (client, seen) = recorder();
    let (_term, led) = term(7);
    let client = led.client_with(&client, Stamp::new());
    let mut sent = request("POST", ALL, "application/json", "{}");
    sent.headers_mut().insert("content-length", "2".parse().unwrap());
    client.send(sent).await.unwrap();
    let seen = seen.lock().unwrap();
    let told: usize = seen[0].headers()["content-length"].to_str().unwrap().parse().unwrap();
    assert_eq!(told, seen[0].body().len());
    assert!(told > 2);
}

#[tokio::test]
async fn a_body_that_is_a_stream_is_collected() {
    // The answer of a server is a stream, here one that is sent on to another.
    let object = r#"{"metadata":{"name":"one"}}"#;
    let source = kube::Client::new(
        tower::service_fn(move |_: http::Request<Body>| async move {
            tokio::task::yield_now().await;
            Ok::<_, kube::Error>(http::Response::new(Body::from(object.as_bytes().to_vec())))
        }),
        "default",
    );
    let body = source.send(request("GET", ONE, "", "")).await.unwrap().into_body();
    let (client, seen) = recorder();
    let (_term, led) = term(7);
    let mut sent = request("PUT", ONE, "application/json", "");
    *sent.body_mut() = body;
    led.client_with(&client, Stamp::new()).send(sent).await.unwrap();
    let seen = seen.lock().unwrap();
    assert_eq!(json(seen[0].body())["metadata"]["annotations"][FENCING_TOKEN_ANNOTATION], "7");
}

#[tokio::test]
async fn an_older_token_and_one_that_is_none_are_replaced() {
    let (client, seen) = recorder();
    let (_term, led) = term(700);
    let client = led.client_with(&client, Stamp::new());
    for old in [
        json!("699"),
        json!("700"),
        json!("99"),
        json!(""),
        json!("junk"),
        json!("-1"),
        json!(9000),
        Value::Null,
    ] {
        let object =
            json!({ "metadata": { "annotations": { FENCING_TOKEN_ANNOTATION: old, "mine": "kept" } } });
        client.send(request("PUT", ONE, "application/json", object.to_string())).await.unwrap();
        let seen = seen.lock().unwrap().pop().unwrap();
        let annotations = &json(seen.body())["metadata"]["annotations"];
        assert_eq!(annotations, &json!({ FENCING_TOKEN_ANNOTATION: "700", "mine": "kept" }), "{old}");
    }
}

#[tokio::test]
async fn the_fence_is_never_lowered() {
    let (client, seen) = recorder();
    let (_term, led) = term(99);
    let client = led.client_with(&client, Stamp::new());
    let object = json!({ "metadata": { "annotations": { FENCING_TOKEN_ANNOTATION: "100" } } }).to_string();
    for (method, content_type) in
        [("POST", "application/json"), ("PUT", "application/json"), ("PATCH", "application/merge-patch+json")]
    {
        let error = client.send(request(method, ONE, content_type, object.clone())).await.unwrap_err();
        let GateError::Superseded { bucket, token, found, .. } = gate_error(&error) else {
            panic!("{error:?}")
        };
        assert_eq!((bucket.as_str(), token.get(), found.get()), ("b", 99, 100));
        assert_eq!(
            gate_error(&error).to_string(),
            format!(
                "{method} {ONE} was not sent: the object carries fencing token 100, and bucket \"b\" is led here under 99, so a \
                 newer leader has written it; leave it to that one"
            )
        );
    }
    assert!(seen.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_leader_without_terms_stamps_nothing() {
    let (client, seen) = recorder();
    let (_term, led) = term(0);
    let client = led.client_with(&client, Stamp::new());
    let object = json!({ "metadata": { "annotations": { FENCING_TOKEN_ANNOTATION: "100" } } }).to_string();
    client.send(request("PUT", ONE, "application/json", object.clone())).await.unwrap();
    client.send(request("PATCH", ONE, "application/json-patch+json", "[]")).await.unwrap();
    assert_eq!(seen.lock().unwrap()[0].body(), object.as_bytes());
}

#[tokio::test]
async fn a_client_without_the_option_stamps_nothing() {
    let (client, seen) = recorder();
    let (_term, led) = term(7);
    led.client(&client).send(request("PUT", ONE, "application/json", "{}")).await.unwrap();
    assert_eq!(seen.lock().unwrap()[0].body(), b"{}");
}

#[tokio::test]
async fn the_annotation_can_be_another() {
    let (client, seen) = recorder();
    let (_term, led) = term(7);
    let stamp = Stamp::with_key("Acme.example/a_b.c-D").unwrap();
    assert_eq!(stamp.key(), "Acme.example/a_b.c-D");
    led.client_with(&client, stamp).send(request("PUT", ONE, "application/json", "{}")).await.unwrap();
    let seen = seen.lock().unwrap();
    assert_eq!(
        json(seen[0].body()),
        json!({ "metadata": { "annotations": { "Acme.example/a_b.c-D": "7" } } })
    );
}

#[test]
fn a_key_that_no_annotation_can_have_is_refused_at_once() {
    let long = |length: usize| "x".repeat(length);
    for good in
        ["a", "token", &long(63), &format!("{}/{}", ["x"; 127].join("."), long(63)), FENCING_TOKEN_ANNOTATION]
    {
        assert_eq!(Stamp::with_key(good).unwrap().key(), good);
    }
    assert_eq!(Stamp::default(), Stamp::with_key(FENCING_TOKEN_ANNOTATION).unwrap());
    for (bad, words) in [
        ("", "name is empty"),
        ("acme.example/", "name is empty"),
        ("/token", "prefix"),
        ("a/b/c", "name may have"),
        ("-a/b", "prefix"),
        ("a..b/c", "prefix"),
        ("a_b/c", "prefix"),
        ("-token", "begins and ends"),
        ("token.", "begins and ends"),
        ("to ken", "name may have"),
        ("tökен", "name may have"),
        (&long(64), "longer than 63"),
        (&format!("{}/t", ["x"; 128].join(".")), "at most 253"),
    ] {
        let error = Stamp::with_key(bad).unwrap_err().to_string();
        assert!(error.contains(words) && error.starts_with(&format!("{bad:?} cannot be")), "{error}");
    }
}
