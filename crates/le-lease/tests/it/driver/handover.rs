//! Graceful hand-over: demote, drain, release, and the next one leads.

use std::time::Duration;

use le_core::StopReason;
use le_lease::Options;
use le_testkit::{ApiServer, Verb};

use super::bench::{Act, Journal, Replica, Setup};

const LEASE: &str = "controller.widgets.00-of-01";

#[tokio::test(start_paused = true)]
async fn a_graceful_hand_over_takes_no_virtual_time_beyond_its_requests() {
    let (server, journal) = (ApiServer::new(), Journal::new());
    let a = Replica::start(&server, &journal, "a");
    journal.until_promoted("a").await;
    let _b = Replica::start(&server, &journal, "b");
    tokio::time::sleep(Duration::from_secs(33)).await;

    let asked = journal.now();
    a.stop().await;
    let next = journal.until_promoted("b").await;
    assert_eq!(next.at, asked);
    let demoted = journal.first("a", |act| matches!(act, Act::Demoted(_))).unwrap();
    assert_eq!(demoted.act, Act::Demoted(None), "the right still holds when the demotion begins");
}

#[tokio::test(start_paused = true)]
async fn the_lease_is_renewed_while_the_work_drains_and_released_only_afterwards() {
    let (server, journal) = (ApiServer::new(), Journal::new());
    let drain = Duration::from_secs(25);
    let a = Replica::start_with(&server, &journal, "a", &Setup { drain, ..Setup::default() });
    journal.until_promoted("a").await;
    let _b = Replica::start(&server, &journal, "b");
    tokio::time::sleep(Duration::from_secs(1)).await;

    let asked = journal.now();
    let before = server.log().len();
    a.stop().await;
    assert_eq!(journal.until("a", |act| *act == Act::Drained).await.at, asked + drain);
    assert_eq!(journal.until_promoted("b").await.at, asked + drain);
    let writes = server.log().entries()[before..]
        .iter()
        .filter(|entry| entry.request().client() == "a" && entry.request().verb() == Verb::Update)
        .map(|entry| entry.request().json().unwrap()["spec"]["holderIdentity"] == "a")
        .collect::<Vec<_>>();
    let renewals = writes.iter().filter(|renews| **renews).count();
    assert!((12..=13).contains(&renewals), "25 s at 2 s: {renewals}");
    assert_eq!(writes.last(), Some(&false), "the release comes last");
}

#[tokio::test(start_paused = true)]
async fn a_drain_that_outlasts_its_bound_loses_the_right_and_releases_nothing() {
    let (server, journal) = (ApiServer::new(), Journal::new());
    let mut options = Options::default();
    options.drain_bound = Duration::from_secs(5);
    let setup = Setup { drain: Duration::from_secs(500), options, ..Setup::default() };
    let a = Replica::start_with(&server, &journal, "a", &setup);
    journal.until_promoted("a").await;
    let _b = Replica::start(&server, &journal, "b");
    tokio::time::sleep(Duration::from_secs(1)).await;

    let asked = journal.now();
    a.stop().await;
    let ended = journal.now() - asked;
    assert!(ended > Duration::from_secs(5) && ended <= Duration::from_secs(15), "{ended:?}");
    let releases = server.log().count(|entry| {
        let body = entry.request().json();
        entry.request().client() == "a" && body.is_some_and(|body| body["spec"]["holderIdentity"] == "")
    });
    assert_eq!(releases, 0);
    let next = journal.until_promoted("b").await;
    assert!(next.at - asked > Duration::from_secs(15), "the lease had to run out");
    assert!(
        journal.lines().iter().any(|line| matches!(&line.act, Act::Reported(text) if text.contains("drain")))
    );
}

#[tokio::test(start_paused = true)]
async fn a_stop_before_leading_ends_at_once_and_leaves_the_lease_alone() {
    let (server, journal) = (ApiServer::new(), Journal::new());
    let _a = Replica::start(&server, &journal, "a");
    journal.until_promoted("a").await;
    let b = Replica::start(&server, &journal, "b");
    tokio::time::sleep(Duration::from_secs(5)).await;
    let asked = journal.now();
    b.stop().await;
    assert_eq!(journal.now(), asked);
    assert_eq!(server.until_led(LEASE).await, "a");
    assert!(journal.valid("a").is_some());
}

#[tokio::test(start_paused = true)]
async fn tokens_grow_with_every_term() {
    let (server, journal) = (ApiServer::new(), Journal::new());
    for round in 0..5 {
        let replica = Replica::start(&server, &journal, "a");
        journal.until("a", |act| matches!(act, Act::Promoted(_))).await;
        while journal.tokens().len() <= round {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        replica.stop().await;
    }
    let tokens = journal.tokens();
    assert_eq!(tokens.len(), 5);
    assert!(tokens.is_sorted_by(|one, next| one < next), "{tokens:?}");
}

#[tokio::test(start_paused = true)]
async fn a_promotion_that_fails_gives_the_lease_back_and_waits_before_the_next() {
    let (server, journal) = (ApiServer::new(), Journal::new());
    let setup = Setup { failing_promotions: 2, ..Setup::default() };
    let _a = Replica::start_with(&server, &journal, "a", &setup);
    let promoted = journal.until_promoted("a").await;
    // A retry period after the first failure, two after the second.
    assert!(promoted.at >= Duration::from_secs(6) && promoted.at < Duration::from_secs(7), "{promoted:?}");
    assert!(
        journal.first("a", |act| matches!(act, Act::Demoted(_))).is_none(),
        "nothing began, so nothing ends"
    );
    let reports = journal.lines();
    let reports =
        reports.iter().filter(|l| matches!(&l.act, Act::Reported(r) if r.contains("the cache did not sync")));
    assert_eq!(reports.count(), 2);
}

#[tokio::test(start_paused = true)]
async fn another_replica_leads_at_once_where_a_promotion_failed() {
    let (server, journal) = (ApiServer::new(), Journal::new());
    let setup = Setup { failing_promotions: 1, ..Setup::default() };
    let _a = Replica::start_with(&server, &journal, "a", &setup);
    let _b = Replica::start(&server, &journal, "b");
    let next = journal.until_promoted("b").await;
    assert_eq!(next.at, Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn dropping_the_run_ends_the_leadership_at_once() {
    let (server, journal) = (ApiServer::new(), Journal::new());
    let a = Replica::start(&server, &journal, "a");
    journal.until_promoted("a").await;
    let leadership = journal.valid("a").unwrap();
    a.kill();
    leadership.lost().await;
    assert!(!leadership.is_valid());
    assert_eq!(leadership.stop_reason(), Some(StopReason::ToldToStop));
}
