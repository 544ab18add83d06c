//! What goes wrong, and is told.

use std::sync::Mutex;
use std::sync::mpsc::{Receiver, channel};

use le_core::{Candidate, FailReason, Observer, Observers};
use le_testkit::{Answer, ApiServer, Fault, Rule, Verb};
use serde_json::json;

use super::super::bench::{Act, Journal, Replica, Setup, builder};
use super::super::look::{LEASE, millis, promotions, secs, sleep};
use super::{Ear, Heard, Told, told};

/// The first attempt that fails where the renewals of a leader are answered like this.
async fn fails(fault: impl FnOnce(Rule) -> Fault) -> (FailReason, std::time::Duration) {
    let (server, journal) = (ApiServer::new(), Journal::new());
    let a = Heard::start(&server, &journal, "a", &Setup::default());
    journal.until_promoted("a").await;
    fault(server.faults().rule().client("a").verb(Verb::Update));
    sleep(secs(8)).await;
    let first = a.failed()[0];
    (first.reason, first.latency)
}

#[tokio::test(start_paused = true)]
async fn each_failure_is_told_with_its_reason() {
    let at_once = std::time::Duration::ZERO;
    let status = |code: u16| fails(move |rule| rule.answer(Answer::status(code)));
    assert_eq!(status(401).await, (FailReason::Unauthorized, at_once));
    assert_eq!(status(403).await, (FailReason::Forbidden, at_once));
    assert_eq!(status(409).await, (FailReason::Conflict, at_once));
    assert_eq!(status(422).await, (FailReason::Invalid, at_once));
    assert_eq!(status(429).await, (FailReason::Throttled, at_once));
    assert_eq!(status(500).await, (FailReason::Unreachable, at_once));
    assert_eq!(fails(|rule| rule.refuse()).await.0, FailReason::Unreachable);
    assert_eq!(fails(|rule| rule.garbage()).await.0, FailReason::Unreadable);
    // A quarter of what is between the retry period and the renew deadline.
    assert_eq!(fails(|rule| rule.hang_before()).await, (FailReason::TimedOut, secs(2)));
}

#[tokio::test(start_paused = true)]
async fn a_leader_that_has_to_read_first_is_on_the_slow_path() {
    let (server, journal) = (ApiServer::new(), Journal::new());
    let a = Heard::start(&server, &journal, "a", &Setup::default());
    let b = Heard::start(&server, &journal, "b", &Setup::default());
    journal.until_promoted("a").await;
    sleep(secs(20)).await;
    assert_eq!(a.count(|told| *told == Told::SlowPath), 0, "{:?}", a.told());
    server.faults().rule().client("a").verb(Verb::Update).times(1).hang_before();
    sleep(secs(20)).await;
    assert_eq!(a.count(|told| *told == Told::SlowPath), 1);
    assert_eq!(b.count(|told| *told == Told::SlowPath), 0);
    assert_eq!(a.stopped(), []);
}

#[tokio::test(start_paused = true)]
async fn a_watch_is_lost_and_regained_once_for_all_candidates() {
    let (server, journal) = (ApiServer::new(), Journal::new());
    let fault = server.faults().rule().verb(Verb::Watch).answer(Answer::status(403));
    let setup = Setup { buckets: Some(3), ..Setup::default() };
    let a = Heard::start(&server, &journal, "a", &setup);
    sleep(secs(60)).await;
    fault.remove();
    sleep(secs(60)).await;
    let watch = a.told().into_iter().filter(|told| matches!(told, Told::Watch(..)));
    let told: Vec<_> = watch.collect();
    assert_eq!(told, [false, true].map(|up| Told::Watch("default".to_owned(), up)));
}

#[tokio::test(start_paused = true)]
async fn an_odd_lease_is_told_in_words() {
    let (server, journal) = (ApiServer::new(), Journal::new());
    server.fill([json!({
        "apiVersion": "coordination.k8s.io/v1", "kind": "Lease",
        "metadata": { "name": LEASE, "namespace": "default" }, "spec": { "holderIdentity": "z" },
    })]);
    let a = Heard::start(&server, &journal, "a", &Setup::default());
    sleep(secs(5)).await;
    let odd =
        |told: &Told| matches!(told, Told::Odd(text) if text.contains("no usable leaseDurationSeconds"));
    assert_eq!(a.count(odd), 1);
    assert_eq!(a.count(|told| *told == Told::Leader(Some("z".to_owned()))), 1);
}

/// Blocks from the first renewal on, until it is let go.
struct Stuck(Mutex<Receiver<()>>);

impl Observer for Stuck {
    fn renewed(&self, _: &Candidate, _: &le_core::Renewed) {
        let _ = self.0.lock().unwrap().recv();
    }
}

#[tokio::test(start_paused = true)]
async fn an_election_goes_on_while_an_observer_blocks() {
    let (server, journal) = (ApiServer::new(), Journal::new());
    let ((free, waits), ear) = (channel(), Ear::default());
    let observers = Observers::new().with(Stuck(Mutex::new(waits))).with(ear.clone());
    let setup = Setup { buckets: Some(10), ..Setup::default() };
    let builder = builder(&server, &journal, "a", &setup).observed_by(observers.clone());
    let replica = Replica::start_from(&builder, &journal, "a", &setup);
    // Ten buckets, each renewed every two seconds.
    sleep(secs(1000)).await;
    assert_eq!(promotions(&journal, "a"), 10);
    assert!(journal.first("a", |act| matches!(act, Act::Demoted(_))).is_none(), "they are led all the time");
    replica.stop().await;
    assert!(!observers.flush(millis(1)));
    drop(free);
    let told = told(&ear, &observers);
    let missed = |told: &Told| if let Told::Missed(facts) = told { Some(*facts) } else { None };
    let missed: u64 = told.iter().filter_map(missed).sum();
    assert!(missed > 500, "{missed} of about 5,000");
    assert_eq!(
        told.iter().filter(|told| matches!(told, Told::Stopped(_))).count(),
        0,
        "they were among these"
    );
}

/// Panics whenever it is told of a renewal.
struct Fragile;

impl Observer for Fragile {
    fn renewed(&self, _: &Candidate, _: &le_core::Renewed) {
        panic!("an observer is broken");
    }
}

#[tokio::test(start_paused = true)]
async fn an_election_goes_on_while_an_observer_panics() {
    let (server, journal) = (ApiServer::new(), Journal::new());
    let ear = Ear::default();
    let observers = Observers::new().with(Fragile).with(ear.clone());
    let builder = builder(&server, &journal, "a", &Setup::default()).observed_by(observers.clone());
    let _replica = Replica::start_from(&builder, &journal, "a", &Setup::default());
    sleep(secs(60)).await;
    assert!(journal.valid("a").is_some());
    let renewals = told(&ear, &observers).iter().filter(|told| matches!(told, Told::Renewed(_))).count();
    assert!(renewals >= 28, "{renewals}");
}
