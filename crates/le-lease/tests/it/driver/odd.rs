//! Leases of odd shape, through the wire: as first sight, while waiting, and while leading.

use std::time::Duration;

use http_body_util::BodyExt;
use kube::Client;
use le_testkit::ApiServer;
use serde_json::{Value, json};

use super::bench::{Act, Journal, Replica, Setup, builder_on};
use super::look::{LEASE, count, promotions, reports, secs, since, sleep};
use super::strangers::{Stranger, held_by};

/// How an odd Lease is to be read.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Reading {
    Free,
    /// Held for so many seconds after it was seen.
    Held(u64),
    /// Held for longer than any test lasts.
    ForAges,
}

use Reading::{ForAges, Free, Held};

/// The replica's own lease duration counts where the holder gives none.
const OWN: Reading = Held(15);

fn shapes() -> Vec<(Value, Reading)> {
    let held = |more: Value| {
        let mut spec = json!({ "holderIdentity": "x", "leaseDurationSeconds": 5 });
        spec.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        spec
    };
    let mut shapes = vec![
        (Value::Null, Free),
        (json!({}), Free),
        (json!("text"), Free),
        (json!([1, 2]), Free),
        (json!(7), Free),
        (json!({ "holderIdentity": null }), Free),
        (json!({ "holderIdentity": "", "leaseDurationSeconds": 2_147_483_647 }), Free),
        (json!({ "leaseDurationSeconds": 3600, "renewTime": "2026-01-01T00:00:00.000000Z" }), Free),
        (json!({ "holderIdentity": "x" }), OWN),
        (held(json!({ "leaseDurationSeconds": 1 })), Held(1)),
        (held(json!({ "leaseDurationSeconds": 2_147_483_647 })), ForAges),
        (held(json!({ "holderIdentity": "x".repeat(10_000) })), Held(5)),
        (held(json!({ "holderIdentity": "\u{0}\u{202e}\n" })), Held(5)),
        (held(json!({ "holderIdentity": " " })), Held(5)),
        (held(json!({ "holderIdentity": "a" })), Held(5)),
        (held(json!({ "deep": [[[[{ "er": null }]]]] })), Held(5)),
    ];
    for duration in [
        json!(null),
        json!(0),
        json!(-5),
        json!(-2_147_483_648),
        json!("15"),
        json!(1.5),
        json!(3_000_000_000_u64),
        json!(true),
    ] {
        shapes.push((held(json!({ "leaseDurationSeconds": duration })), OWN));
    }
    for time in
        ["9999-12-31T23:59:59.999999Z", "0000-01-01T00:00:00Z", "-262144-01-01T00:00:00Z", "yesterday", ""]
    {
        shapes.push((held(json!({ "renewTime": time, "acquireTime": time })), Held(5)));
    }
    shapes.push((held(json!({ "renewTime": 5, "acquireTime": {} })), Held(5)));
    for transitions in
        [json!(null), json!(-1), json!(-2_147_483_648), json!(2_147_483_647), json!("many"), json!(1e300)]
    {
        shapes.push((held(json!({ "leaseTransitions": transitions })), Held(5)));
    }
    shapes
}

/// A client to which every Lease that `odd` holds is shown with this spec.
fn distorted(server: &ApiServer, spec: &Value) -> Client {
    let spec = spec.clone();
    let show_all = tower::util::MapResponseLayer::new(move |response: axum::response::Response| {
        let spec = spec.clone();
        response.map(|body| body.map_frame(move |frame| frame.map_data(|data| show(&data, &spec).into())))
    });
    Client::new(tower::ServiceBuilder::new().layer(show_all).service(server.service("a")), "default")
}

fn show(data: &[u8], spec: &Value) -> Vec<u8> {
    let mut shown = Vec::new();
    for line in data.split_inclusive(|byte| *byte == b'\n') {
        match serde_json::from_slice::<Value>(line) {
            Ok(mut value) => {
                replace(&mut value, spec);
                shown.extend(value.to_string().into_bytes());
                shown.extend(line.ends_with(b"\n").then_some(b'\n'));
            }
            Err(_) => shown.extend(line),
        }
    }
    shown
}

fn replace(value: &mut Value, spec: &Value) {
    if value["spec"]["holderIdentity"] == "odd" {
        value["spec"] = spec.clone();
    }
    replace_inside(value, spec);
}

fn replace_inside(value: &mut Value, spec: &Value) {
    if let Some(object) = value.get_mut("object") {
        replace(object, spec);
    }
    for item in value.get_mut("items").and_then(Value::as_array_mut).into_iter().flatten() {
        replace(item, spec);
    }
}

fn start(server: &ApiServer, journal: &Journal, spec: &Value) -> Replica {
    let setup = Setup::default();
    Replica::start_from(&builder_on(distorted(server, spec), journal, "a", &setup), journal, "a", &setup)
}

/// Waits until `a` was promoted once more than `before` times, and checks that it was neither too early nor too late.
async fn check(
    server: &ApiServer,
    journal: &Journal,
    seen: Duration,
    before: usize,
    shape: &(Value, Reading),
) {
    let (what, reading) = (&shape.0.to_string()[..shape.0.to_string().len().min(200)], shape.1);
    let requests = since(server, "a", seen);
    sleep(secs(60)).await;
    let requests = since(server, "a", seen) - requests;
    assert!(requests <= 45, "{what}: {requests} in a minute");
    let promoted: Vec<Duration> = journal
        .lines()
        .iter()
        .filter(|line| matches!(line.act, Act::Promoted(_)))
        .map(|line| line.at)
        .collect();
    let (earliest, latest) = match reading {
        Free => (secs(0), secs(3)),
        Held(seconds) => (secs(seconds), secs(seconds) + Duration::from_millis(300)),
        ForAges => {
            assert_eq!(promoted.len(), before, "{what}");
            assert_eq!(reports(journal, "a", "claims the lease for 2147483647s").len(), 1, "{what}");
            return;
        }
    };
    assert_eq!(promoted.len(), before + 1, "{what}: {:?}", journal.lines());
    let waited = promoted[before] - seen;
    assert!(waited >= earliest && waited <= latest, "{what}: {waited:?}");
    assert!(journal.valid("a").is_some(), "{what}");
    if reading == OWN && shape.0.get("leaseDurationSeconds").is_some() {
        assert_eq!(reports(journal, "a", "gives no usable leaseDurationSeconds").len(), 1, "{what}");
    }
}

#[test]
fn there_are_at_least_thirty_shapes() {
    assert!(shapes().len() >= 30, "{}", shapes().len());
}

#[tokio::test(start_paused = true)]
async fn an_odd_lease_is_waited_out_or_taken_at_first_sight() {
    for shape in shapes() {
        let (server, journal) = (ApiServer::new(), Journal::new());
        Stranger::new(&server).create(LEASE, json!({}), held_by("odd", 5)).await;
        let _a = start(&server, &journal, &shape.0);
        check(&server, &journal, secs(0), 0, &shape).await;
    }
}

#[tokio::test(start_paused = true)]
async fn an_odd_lease_is_waited_out_or_taken_by_whoever_waits() {
    for shape in shapes() {
        let (server, journal) = (ApiServer::new(), Journal::new());
        let stranger = Stranger::new(&server);
        stranger.create(LEASE, json!({}), held_by("stranger", 600)).await;
        let _a = start(&server, &journal, &shape.0);
        sleep(secs(20)).await;
        assert_eq!(promotions(&journal, "a"), 0);
        stranger.patch(json!({ "spec": { "holderIdentity": "odd" } })).await;
        let seen = journal.now();
        check(&server, &journal, seen, 0, &shape).await;
    }
}

#[tokio::test(start_paused = true)]
async fn an_odd_lease_ends_a_term_at_once_and_is_waited_out_or_taken() {
    for shape in shapes() {
        let (server, journal) = (ApiServer::new(), Journal::new());
        let stranger = Stranger::new(&server);
        let _a = start(&server, &journal, &shape.0);
        journal.until_promoted("a").await;
        sleep(secs(20)).await;
        stranger.patch(json!({ "spec": { "holderIdentity": "odd" } })).await;
        let seen = journal.now();
        let demoted = journal.until("a", |act| matches!(act, Act::Demoted(_))).await;
        assert_eq!(demoted.at, seen, "{}", shape.0);
        check(&server, &journal, seen, 1, &shape).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_count_of_transitions_at_its_top_stays_there() {
    let (server, journal) = (ApiServer::new(), Journal::new());
    let stranger = Stranger::new(&server);
    let mut spec = held_by("x", 5);
    spec["leaseTransitions"] = json!(i32::MAX);
    stranger.create(LEASE, json!({}), spec).await;
    let _a = Replica::start(&server, &journal, "a");
    journal.until_promoted("a").await;
    let lease = stranger.get().await;
    assert_eq!(
        (&lease["spec"]["leaseTransitions"], &lease["spec"]["holderIdentity"]),
        (&json!(i32::MAX), &json!("a"))
    );
    assert_eq!(count(&server, "a", le_testkit::Verb::Update), 1);
}
