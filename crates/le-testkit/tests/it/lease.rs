//! What a Lease may say, and how it is kept.

use http::Method;
use le_testkit::ApiServer;
use serde_json::{Value, json};

use crate::support::*;

async fn create(server: &ApiServer, spec: Value) -> Raw {
    let body = json!({ "metadata": { "name": "x" }, "spec": spec });
    raw(server, Method::POST, LEASES, body.to_string()).await
}

#[tokio::test(start_paused = true)]
async fn a_lease_that_is_invalid_is_refused_with_422() {
    for (spec, field, message) in [
        (
            json!({ "leaseDurationSeconds": 0 }),
            "spec.leaseDurationSeconds",
            "Invalid value: 0: must be greater than 0",
        ),
        (
            json!({ "leaseDurationSeconds": -5 }),
            "spec.leaseDurationSeconds",
            "Invalid value: -5: must be greater than 0",
        ),
        (
            json!({ "leaseTransitions": -1 }),
            "spec.leaseTransitions",
            "Invalid value: -1: must be greater than or equal to 0",
        ),
    ] {
        let answer = create(&ApiServer::new(), spec).await;
        assert_eq!((answer.code, answer.json["reason"].as_str()), (422, Some("Invalid")));
        assert_eq!(
            answer.json["message"],
            format!(r#"Lease.coordination.k8s.io "x" is invalid: {field}: {message}"#)
        );
        let details = json!({
            "name": "x", "group": "coordination.k8s.io", "kind": "Lease",
            "causes": [{ "reason": "FieldValueInvalid", "message": message, "field": field }],
        });
        assert_eq!(answer.json["details"], details);
    }
}

#[tokio::test(start_paused = true)]
async fn two_faults_are_told_at_once() {
    let answer =
        create(&ApiServer::new(), json!({ "leaseDurationSeconds": 0, "leaseTransitions": -1 })).await;
    assert_eq!(
        answer.json["message"],
        "Lease.coordination.k8s.io \"x\" is invalid: [spec.leaseDurationSeconds: Invalid value: 0: must be greater than 0, \
         spec.leaseTransitions: Invalid value: -1: must be greater than or equal to 0]"
    );
}

#[tokio::test(start_paused = true)]
async fn an_update_and_a_patch_are_checked_too() {
    let server = ApiServer::new();
    let made = leases(&server, "a").create(&post(), &lease("x", "me")).await.unwrap();
    let mut bad = made.clone();
    bad.spec.as_mut().unwrap().lease_duration_seconds = Some(0);
    assert_eq!(status(leases(&server, "a").replace("x", &post(), &bad).await).code, 422);
    let patch = r#"{"spec":{"leaseTransitions":-1}}"#;
    assert_eq!(raw(&server, Method::PATCH, &format!("{LEASES}/x"), patch).await.code, 422);
    assert_eq!(leases(&server, "a").get("x").await.unwrap(), made);
}

#[tokio::test(start_paused = true)]
async fn a_value_of_the_wrong_type_is_a_bad_request_in_the_words_of_go() {
    for (spec, why) in [
        (
            json!({ "leaseDurationSeconds": "15" }),
            "json: cannot unmarshal string into Go struct field LeaseSpec.spec.leaseDurationSeconds of type int32",
        ),
        (
            json!({ "leaseDurationSeconds": 1.5 }),
            "json: cannot unmarshal number 1.5 into Go struct field LeaseSpec.spec.leaseDurationSeconds of type int32",
        ),
        (
            json!({ "leaseDurationSeconds": 3_000_000_000_u32 }),
            "json: cannot unmarshal number 3000000000 into Go struct field LeaseSpec.spec.leaseDurationSeconds of type int32",
        ),
        (
            json!({ "holderIdentity": 5 }),
            "json: cannot unmarshal number into Go struct field LeaseSpec.spec.holderIdentity of type string",
        ),
        (
            json!({ "renewTime": 5 }),
            "json: cannot unmarshal number into Go struct field LeaseSpec.spec.renewTime of type string",
        ),
        (json!([]), "json: cannot unmarshal array into Go struct field Lease.spec of type v1.LeaseSpec"),
    ] {
        let answer = create(&ApiServer::new(), spec).await;
        assert_eq!((answer.code, answer.json["reason"].as_str()), (400, Some("BadRequest")));
        let message = format!("Lease in version \"v1\" cannot be handled as a Lease: {why}");
        assert_eq!(answer.json["message"], message);
    }
}

#[tokio::test(start_paused = true)]
async fn a_time_that_is_no_micro_time_is_a_bad_request_in_the_words_of_go() {
    for (time, rest, element) in [
        ("yesterday", "yesterday", "2006"),
        ("", "", "2006"),
        ("2024-1-01T00:00:00.000000Z", "1-01T00:00:00.000000Z", "01"),
        ("2024-01-01 00:00:00.000000Z", " 00:00:00.000000Z", "T"),
        ("2024-01-01T00:00:00Z", "Z", ".000000"),
        ("2024-01-01T00:00:00.000Z", ".000Z", ".000000"),
        ("2024-01-01T00:00:00.0000000Z", "0Z", "Z07:00"),
        ("2024-01-01T00:00:00.000000", "", "Z07:00"),
        ("2024-01-01T00:00:00.000000+2:00", "+2:00", "Z07:00"),
    ] {
        let answer = create(&ApiServer::new(), json!({ "renewTime": time })).await;
        assert_eq!(answer.code, 400, "{time}");
        let message = format!(
            "Lease in version \"v1\" cannot be handled as a Lease: parsing time {time:?} as \
             \"2006-01-02T15:04:05.000000Z07:00\": cannot parse {rest:?} as {element:?}"
        );
        assert_eq!(answer.json["message"], message);
    }
    for (time, what) in [
        ("2024-13-01T00:00:00.000000Z", "month out of range"),
        ("2024-02-30T00:00:00.000000Z", "day out of range"),
        ("2024-01-01T25:00:00.000000Z", "hour out of range"),
        ("2024-01-01T00:00:60.000000Z", "second out of range"),
        ("2024-01-01T00:00:00.000000Zx", "extra text: \"x\""),
    ] {
        let answer = create(&ApiServer::new(), json!({ "renewTime": time })).await;
        let message = answer.json["message"].as_str().unwrap();
        assert!(message.ends_with(&format!("parsing time {time:?}: {what}")), "{message}");
    }
}

#[tokio::test(start_paused = true)]
async fn times_are_kept_in_utc_with_six_digits() {
    for (sent, kept) in [
        ("2024-01-01T00:00:00.123456Z", "2024-01-01T00:00:00.123456Z"),
        ("2024-01-01T00:00:00.000001+02:00", "2023-12-31T22:00:00.000001Z"),
        ("2024-02-28T23:30:00.000000-01:00", "2024-02-29T00:30:00.000000Z"),
        ("1969-12-31T23:59:59.500000Z", "1969-12-31T23:59:59.500000Z"),
    ] {
        let answer = create(&ApiServer::new(), json!({ "renewTime": sent })).await;
        assert_eq!(answer.json["spec"]["renewTime"], kept);
    }
}

#[tokio::test(start_paused = true)]
async fn nulls_go_and_empty_texts_stay() {
    let spec = json!({
        "holderIdentity": "", "leaseDurationSeconds": null, "acquireTime": null, "leaseTransitions": 0,
    });
    let answer = create(&ApiServer::new(), spec).await;
    assert_eq!(answer.json["spec"], json!({ "holderIdentity": "", "leaseTransitions": 0 }));
    for body in [json!({ "metadata": { "name": "x" } }), json!({ "metadata": { "name": "x" }, "spec": null })]
    {
        let answer = raw(&ApiServer::new(), Method::POST, LEASES, body.to_string()).await;
        assert_eq!((answer.code, &answer.json["spec"]), (201, &json!({})));
    }
}

#[tokio::test(start_paused = true)]
async fn the_ends_of_the_ranges_are_allowed() {
    let spec = json!({
        "holderIdentity": "x".repeat(5000), "leaseDurationSeconds": i32::MAX, "leaseTransitions": i32::MAX,
        "renewTime": "9999-12-31T23:59:59.999999Z", "acquireTime": "0001-01-01T00:00:00.000000Z",
    });
    let answer = create(&ApiServer::new(), spec.clone()).await;
    assert_eq!((answer.code, &answer.json["spec"]), (201, &spec));
}

#[tokio::test(start_paused = true)]
async fn unknown_fields_are_dropped_warned_of_or_refused_as_is_asked() {
    let server = ApiServer::new();
    let body = |name: &str| json!({ "metadata": { "name": name }, "spec": { "foo": 1 } }).to_string();
    let warned = raw(&server, Method::POST, LEASES, body("a")).await;
    assert_eq!((warned.code, &warned.json["spec"]), (201, &json!({})));
    assert_eq!(warned.headers["warning"], r#"299 - "unknown field \"spec.foo\"""#);
    let ignored = raw(&server, Method::POST, &format!("{LEASES}?fieldValidation=Ignore"), body("b")).await;
    assert!(!ignored.headers.contains_key("warning"));
    let refused = raw(&server, Method::POST, &format!("{LEASES}?fieldValidation=Strict"), body("c")).await;
    assert_eq!(refused.code, 400);
    assert_eq!(
        refused.json["message"],
        r#"Lease in version "v1" cannot be handled as a Lease: strict decoding error: unknown field "spec.foo""#
    );
}
