//! From promotion to release.

use std::sync::Arc;
use std::time::Duration;

use le_config::{HolderIdentity, Timing};
use le_core::{ElectorBuilder as _, Enqueue, LedBuckets, Unopposed};
use le_lease::{Election, Ending};
use le_testkit::{ApiServer, Verb};
use serde_json::json;
use tokio_util::sync::CancellationToken;

use super::{Work, asked, label, labelled, server, start};
use crate::replica::{secs, sleep};

const PODS: [&str; 2] = ["op-0", "op-1"];

/// When a replica gave its Lease back.
fn released(server: &ApiServer, name: &str) -> Duration {
    let is_release = |body: &serde_json::Value| {
        body["spec"]["holderIdentity"].as_str().is_none_or(str::is_empty) && body["kind"] == json!("Lease")
    };
    let updates = server.log().select(|entry| entry.client() == name && entry.verb() == Verb::Update);
    updates.iter().find(|entry| is_release(&entry.json().unwrap())).expect("it was released").at()
}

#[tokio::test(start_paused = true)]
async fn of_two_pods_the_leaders_has_the_label_after_promotion_until_before_the_release() {
    let server = server(&PODS);
    let [one, other] = [(); 2].map(|()| Work::new(&server, secs(3)));
    server.faults().rule().client("op-0-label").delay(Duration::from_millis(300));
    let a = start(&server, "op-0", 1, &one);
    sleep(5).await;
    let _b = start(&server, "op-1", 1, &other);
    sleep(20).await;
    assert_eq!(labelled(&server, &PODS).await, ["op-0"]);
    let set = &asked(&server, "op-0")[1];
    assert_eq!((set.0, &set.1), (one.at("promoted"), &json!("leader")));

    let stopped = server.elapsed();
    a.stop().await;
    let off = asked(&server, "op-0")[2].clone();
    assert_eq!(off, (stopped, json!(null)), "at once, and not when the work has wound down");
    assert_eq!(one.at("demoted"), stopped, "and neither does the work wait for it");
    assert_eq!(one.at("drained"), stopped + secs(3));
    assert!(released(&server, "op-0") >= stopped + secs(3));
    sleep(5).await;
    assert_eq!(labelled(&server, &PODS).await, ["op-1"]);
    assert_eq!(asked(&server, "op-0").len(), 3, "{:?}", asked(&server, "op-0"));
}

#[tokio::test(start_paused = true)]
async fn the_release_waits_for_a_label_that_takes_longer_than_the_work() {
    let server = server(&PODS[..1]);
    server.faults().rule().client("op-0-label").delay(Duration::from_millis(800));
    let work = Work::new(&server, secs(0));
    let a = start(&server, "op-0", 1, &work);
    sleep(10).await;
    let stopped = server.elapsed();
    a.stop().await;
    let released = released(&server, "op-0");
    assert!(released >= stopped + Duration::from_millis(800), "{stopped:?}, {released:?}");
    assert!(released < stopped + secs(1));
    assert!(labelled(&server, &PODS[..1]).await.is_empty());
}

#[tokio::test(start_paused = true)]
async fn it_is_there_while_one_bucket_is_led() {
    let server = server(&PODS[..1]);
    let work = Work::new(&server, secs(0));
    let _a = start(&server, "op-0", 3, &work);
    sleep(10).await;
    for (index, left) in [2, 1, 0].into_iter().enumerate() {
        server.take_lease(&format!("controller.widgets.0{index}-of-03"), "z", secs(60));
        sleep(1).await;
        assert_eq!(labelled(&server, &PODS[..1]).await.len(), usize::from(left > 0), "{left} are led");
    }
    assert_eq!(asked(&server, "op-0").len(), 3, "at the start, set once, taken away once");
}

#[tokio::test(start_paused = true)]
async fn by_ordinal_it_is_there_while_one_of_several_queues_leads() {
    let server = server(&PODS[..1]);
    let builder = label(&server, "op-0").around_all_of(Unopposed);
    let start = |queue| {
        let stop = CancellationToken::new();
        let elector = builder.build(queue, Arc::new(LedBuckets::new()), Enqueue::nowhere()).unwrap();
        (stop.clone(), tokio::spawn(elector.run(stop)))
    };
    let queues = ["one", "other"].map(start);
    for (left, (stop, running)) in [1, 0].into_iter().zip(queues) {
        sleep(1).await;
        assert_eq!(labelled(&server, &PODS[..1]).await.len(), 1);
        stop.cancel();
        running.await.unwrap().unwrap();
        assert_eq!(labelled(&server, &PODS[..1]).await.len(), left);
    }
}

#[tokio::test(start_paused = true)]
async fn what_a_process_before_left_is_taken_away_first() {
    let server = server(&PODS);
    let (one, other) = (Work::new(&server, secs(0)), Work::new(&server, secs(0)));
    let crashed = start(&server, "op-0", 1, &one);
    sleep(5).await;
    assert_eq!(labelled(&server, &PODS).await, ["op-0"]);
    server.faults().refuse_connections("op-0-label");
    drop(crashed);
    sleep(1).await;
    assert_eq!(labelled(&server, &PODS).await, ["op-0"], "a crash takes nothing away");
    server.faults().heal("op-0-label");
    let _again = start(&server, "op-0", 1, &other);
    sleep(1).await;
    assert!(labelled(&server, &PODS).await.is_empty());
}

/// An election of the simple form; when the work ended, on the server's clock.
async fn simple(server: &ApiServer, ending: Ending) -> Duration {
    let (label, stop) = (label(server, "op-0"), CancellationToken::new());
    let [lease, renew, retry] = [15, 10, 2].map(secs);
    let election = Election::new(server.client("op-0"), "lock")
        .unwrap()
        .in_namespace("default")
        .with_identity(HolderIdentity::new("op-0").unwrap())
        .with_timing(Timing::new(lease, renew, retry).unwrap())
        .with_ending(ending);
    let work = |leadership: le_core::Leadership| async move {
        leadership.stopping().await;
        sleep(2).await;
    };
    let until = stop.clone();
    let running = tokio::spawn(election.run_while_leading(until, move |leadership| {
        label.while_leading(leadership.clone(), work(leadership))
    }));
    sleep(10).await;
    assert_eq!(labelled(server, &PODS[..1]).await, ["op-0"]);
    stop.cancel();
    let stopped = server.elapsed();
    running.await.unwrap().unwrap();
    stopped
}

#[tokio::test(start_paused = true)]
async fn the_simple_form_has_it_off_before_the_release_where_its_work_is_told() {
    let server = server(&PODS[..1]);
    let stopped = simple(&server, Ending::Tell(secs(10))).await;
    assert_eq!(asked(&server, "op-0").last().unwrap(), &(stopped, json!(null)));
    assert!(released(&server, "op-0") >= stopped + secs(2));
    assert!(labelled(&server, &PODS[..1]).await.is_empty());
}

#[tokio::test(start_paused = true)]
async fn the_simple_form_has_it_off_with_the_release_where_its_work_is_dropped() {
    let server = server(&PODS[..1]);
    let stopped = simple(&server, Ending::Drop).await;
    sleep(1).await;
    assert_eq!(asked(&server, "op-0").last().unwrap(), &(stopped, json!(null)));
    assert!(labelled(&server, &PODS[..1]).await.is_empty());
}

#[tokio::test(start_paused = true)]
async fn work_of_the_simple_form_that_ends_by_itself_takes_it_away() {
    let server = server(&PODS[..1]);
    let (label, stop) = (label(&server, "op-0"), CancellationToken::new());
    let election = Election::new(server.client("op-0"), "lock").unwrap().in_namespace("default");
    let work = |leadership| label.while_leading(leadership, sleep(3));
    election.run_while_leading(stop, work).await.unwrap();
    assert!(labelled(&server, &PODS[..1]).await.is_empty());
    assert!(asked(&server, "op-0").iter().any(|(_, value)| value == "leader"));
}
