//! Clients that are cut off.

use futures::StreamExt;
use kube::api::{ListParams, Patch, PatchParams};
use le_testkit::ApiServer;
use serde_json::json;
use tokio::time::{Instant, sleep, timeout};

use crate::support::*;

#[tokio::test(start_paused = true)]
async fn a_partitioned_client_gets_no_answer_and_others_do() {
    let server = ApiServer::new();
    server.faults().partition("a");
    let week = seconds(7 * 86_400);
    assert!(timeout(week, leases(&server, "a").create(&post(), &lease("x", "a"))).await.is_err());
    let b = leases(&server, "b");
    assert!(b.get_opt("x").await.unwrap().is_none());
    b.create(&post(), &lease("x", "b")).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn what_was_sent_into_a_partition_arrives_when_it_is_healed_if_somebody_still_waits() {
    let server = ApiServer::new();
    server.faults().partition("a");
    let patient = tokio::spawn({
        let leases = leases(&server, "a");
        async move { leases.create(&post(), &lease("patient", "a")).await }
    });
    assert!(timeout(seconds(5), leases(&server, "a").create(&post(), &lease("hasty", "a"))).await.is_err());
    assert!(server.log().is_empty(), "nothing got through");
    server.faults().heal("a");
    patient.await.unwrap().unwrap();
    let there = leases(&server, "b").list(&ListParams::default()).await.unwrap();
    assert_eq!(there.items.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn an_answer_under_way_is_held_back_by_a_partition() {
    let server = ApiServer::new();
    server.faults().rule().client("a").times(1).delay_answer(seconds(10));
    let request = tokio::spawn({
        let leases = leases(&server, "a");
        async move { leases.create(&post(), &lease("x", "a")).await }
    });
    sleep(seconds(5)).await;
    server.faults().partition("a");
    sleep(seconds(100)).await;
    assert!(!request.is_finished());
    assert!(leases(&server, "b").get_opt("x").await.unwrap().is_some(), "it was applied before the cut");
    server.faults().heal("a");
    request.await.unwrap().unwrap();
}

#[tokio::test(start_paused = true)]
async fn an_open_watch_is_held_back_past_its_end_and_goes_on_after() {
    let server = ApiServer::new();
    let a = leases(&server, "a");
    let mut stream = a.watch(&quiet(30), &server.version().to_string()).await.unwrap().boxed();
    nothing_for(&mut stream, 1).await;
    server.faults().partition("a");
    leases(&server, "b").create(&post(), &lease("x", "b")).await.unwrap();
    nothing_for(&mut stream, 600).await;
    server.faults().heal("a");
    assert_eq!(next(&mut stream).await, "added x");
    assert_eq!(next(&mut stream).await, "end");
}

async fn nothing_for<K: std::fmt::Debug>(
    stream: &mut (impl futures::Stream<Item = kube::Result<kube::api::WatchEvent<K>>> + Unpin),
    time: u64,
) {
    let event = timeout(seconds(time), stream.next()).await;
    assert!(event.is_err(), "expected nothing, got {event:?}");
}

#[tokio::test(start_paused = true)]
async fn a_client_whose_connections_are_refused_is_told_at_once() {
    let server = ApiServer::new();
    let a = leases(&server, "a");
    let mut stream = a.watch(&quiet(300), "0").await.unwrap().boxed();
    nothing_for(&mut stream, 1).await;
    server.faults().refuse_connections("a");
    let start = Instant::now();
    let error = a.list(&ListParams::default()).await.unwrap_err();
    assert!(error.to_string().contains("connection refused"), "{error}");
    assert!(next(&mut stream).await.contains("ReadEvents"), "the open watch breaks");
    assert_eq!(start.elapsed(), seconds(0));
    server.faults().heal("a");
    a.list(&ListParams::default()).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn clients_of_one_name_are_one() {
    let server = ApiServer::new();
    let (one, two) = (leases(&server, "a"), leases(&server, "a"));
    server.faults().refuse_connections("a");
    assert!(one.list(&ListParams::default()).await.is_err());
    assert!(two.list(&ListParams::default()).await.is_err());
}

/// What le-soak found: asked before the partition, a policy let an older write in after a newer one.
#[tokio::test(start_paused = true)]
async fn a_write_that_was_held_up_is_judged_by_what_is_stored_when_it_arrives() {
    let server = ApiServer::new();
    server.admit(|_, old, new| {
        let token = |lease: &serde_json::Value| lease["spec"]["leaseTransitions"].as_i64().unwrap_or(0);
        let is_older = old.is_some_and(|old| token(new) < token(old));
        if is_older { Err("a newer one was here".to_owned()) } else { Ok(()) }
    });
    let (held_up, other) = (leases(&server, "a"), leases(&server, "b"));
    other.create(&post(), &lease("x", "me")).await.unwrap();
    server.faults().partition("a");
    let patch = |token: u8| Patch::Merge(json!({ "spec": { "leaseTransitions": token } }));
    let write = tokio::spawn(async move { held_up.patch("x", &PatchParams::default(), &patch(1)).await });
    tokio::task::yield_now().await;
    other.patch("x", &PatchParams::default(), &patch(2)).await.unwrap();
    server.faults().heal("a");
    let refused = status(write.await.unwrap());
    assert_eq!((refused.code, &*refused.reason), (422, "Invalid"));
    assert_eq!(refused.message, "leases.coordination.k8s.io \"x\" is forbidden: a newer one was here");
    let stored = other.get("x").await.unwrap();
    assert_eq!(stored.spec.unwrap().lease_transitions, Some(2));
}
