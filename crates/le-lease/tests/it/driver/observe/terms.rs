//! Terms, from how they are won to why they end.

use std::time::Duration;

use le_core::{FencingToken, Observers, StopReason, Won};
use le_lease::{Election, Ending, Options};
use le_testkit::{ApiServer, Verb};
use serde_json::json;
use tokio_util::sync::CancellationToken;

use super::super::bench::{Journal, Setup, timing};
use super::super::look::{LEASE, millis, secs, sleep};
use super::{Ear, Heard, Told, told};

#[tokio::test(start_paused = true)]
async fn a_term_is_told_from_its_beginning_to_its_end() {
    let (server, journal) = (ApiServer::new(), Journal::new());
    server.faults().rule().client("a").verb(Verb::Update).delay(millis(40));
    let setup = Setup { drain: secs(3), ..Setup::default() };
    let a = Heard::start(&server, &journal, "a", &setup);
    sleep(secs(9)).await;
    let token = journal.tokens()[0];
    a.replica.stop.cancel();
    sleep(secs(10)).await;
    let all = a.told();
    assert_eq!(all[..2], [Told::Joined(format!("{LEASE} as a")), Told::Leader(None)]);
    assert_eq!(all[2], Told::Leader(Some("a".to_owned())));
    let Told::Began(term) = &all[3] else { panic!("{all:?}") };
    assert_eq!((term.token, term.won, term.vacant), (FencingToken::new(token), Won::Created, None));

    let is_renewal = |told: &Told| matches!(told, Told::Renewed(_));
    let rest: Vec<_> = all[4..].iter().filter(|told| !is_renewal(told)).collect();
    let [Told::DrainBegan, Told::Drained(drain), Told::Stopped(end), Told::Leader(None), Told::Left] =
        rest[..]
    else {
        panic!("{rest:?}")
    };
    assert_eq!((drain.took, drain.last.len()), (secs(3), 0));
    assert_eq!((end.reason, end.led), (StopReason::ToldToStop, secs(12)));
    let left = end.left.unwrap();
    assert!(left > secs(7) && left <= secs(10), "{left:?}");

    let renewals: Vec<_> =
        all.iter().filter_map(|told| if let Told::Renewed(r) = told { Some(*r) } else { None }).collect();
    assert!((5..=7).contains(&renewals.len()), "{renewals:?}");
    for renewal in &renewals {
        assert_eq!(renewal.latency, millis(40));
        assert!(renewal.margin >= secs(7) && renewal.margin < secs(10), "{renewal:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_lease_that_was_released_is_told_from_one_that_expired() {
    let (server, journal) = (ApiServer::new(), Journal::new());
    let a = Heard::start(&server, &journal, "a", &Setup::default());
    journal.until_promoted("a").await;
    let b = Heard::start(&server, &journal, "b", &Setup::default());
    sleep(secs(20)).await;
    a.replica.stop().await;
    journal.until_promoted("b").await;
    let term = b.begun()[0];
    assert_eq!(term.won, Won::Released);
    assert!(term.vacant.unwrap() <= millis(300), "{term:?}");

    let c = Heard::start(&server, &journal, "c", &Setup::default());
    sleep(secs(20)).await;
    b.replica.kill();
    journal.until_promoted("c").await;
    let term = c.begun()[0];
    assert_eq!(term.won, Won::Expired);
    let vacant = term.vacant.unwrap();
    assert!(vacant >= secs(15) && vacant <= millis(15_300), "from its last renewal: {vacant:?}");
    let leaders: Vec<_> = c.told().into_iter().filter(|told| matches!(told, Told::Leader(_))).collect();
    assert_eq!(leaders, ["b", "c"].map(|who| Told::Leader(Some(who.to_owned()))));
}

#[tokio::test(start_paused = true)]
async fn a_lease_that_nobody_ever_held_is_free() {
    let (server, journal) = (ApiServer::new(), Journal::new());
    let lease = json!({
        "apiVersion": "coordination.k8s.io/v1", "kind": "Lease",
        "metadata": { "name": LEASE, "namespace": "default" }, "spec": {},
    });
    server.fill([lease]);
    let a = Heard::start(&server, &journal, "a", &Setup::default());
    journal.until_promoted("a").await;
    assert_eq!(a.begun()[0].won, Won::Free);
}

#[tokio::test(start_paused = true)]
async fn a_lease_that_is_held_before_it_is_led_was_created() {
    let (server, journal) = (ApiServer::new(), Journal::new());
    let mut options = Options::default();
    options.hold_new_leases = true;
    let setup = Setup { options, ..Setup::default() };
    let a = Heard::start(&server, &journal, "a", &setup);
    journal.until_promoted("a").await;
    assert!(journal.now() >= secs(15));
    assert_eq!(a.begun()[0].won, Won::Created);
}

#[tokio::test(start_paused = true)]
async fn a_write_whose_answer_is_lost_does_not_change_how_the_lease_was_won() {
    let (server, journal) = (ApiServer::new(), Journal::new());
    let b = Heard::start(&server, &journal, "b", &Setup::default());
    journal.until_promoted("b").await;
    let a = Heard::start(&server, &journal, "a", &Setup::default());
    sleep(secs(5)).await;
    server.faults().rule().client("a").verb(Verb::Update).times(1).fail_after(500);
    b.replica.stop().await;
    journal.until_promoted("a").await;
    assert_eq!(a.begun()[0].won, Won::Released);
}

#[tokio::test(start_paused = true)]
async fn a_leader_that_is_cut_off_has_nothing_left_at_its_end() {
    let (server, journal) = (ApiServer::new(), Journal::new());
    let a = Heard::start(&server, &journal, "a", &Setup::default());
    sleep(secs(20)).await;
    server.faults().partition("a");
    sleep(secs(12)).await;
    let end = a.stopped()[0];
    assert_eq!((end.reason, end.left), (StopReason::DeadlinePassed, Some(Duration::ZERO)));
    assert!(end.led >= secs(28) && end.led <= secs(30), "{end:?}");
}

#[tokio::test(start_paused = true)]
async fn a_promotion_that_fails_ends_a_term_without_a_drain() {
    let (server, journal) = (ApiServer::new(), Journal::new());
    let setup = Setup { failing_promotions: 1, ..Setup::default() };
    let a = Heard::start(&server, &journal, "a", &setup);
    journal.until_promoted("a").await;
    assert_eq!(a.stopped()[0].reason, StopReason::PromotionFailed);
    assert_eq!(a.begun()[1].won, Won::Released);
    assert_eq!(a.begun()[1].vacant, None, "nobody else had it");
    assert_eq!(a.count(|told| matches!(told, Told::DrainBegan | Told::Drained(_))), 0);
}

#[tokio::test(start_paused = true)]
async fn the_simple_form_is_observed_alike() {
    let server = ApiServer::new();
    let ear = Ear::default();
    let observers = Observers::new().with(ear.clone());
    let election = Election::new(server.client("a"), "lock").unwrap();
    let election = election
        .with_identity("me".parse().unwrap())
        .with_timing(timing())
        .with_ending(Ending::Tell(secs(5)))
        .observed_by(observers.clone());
    let stop = CancellationToken::new();
    let stopper = stop.clone();
    let work = move |leadership: le_core::Leadership| {
        let stop = stopper.clone();
        async move {
            sleep(secs(4)).await;
            stop.cancel();
            leadership.stopping().await;
            sleep(secs(2)).await;
        }
    };
    election.run_while_leading(stop, work).await.unwrap();
    let told: Vec<_> =
        told(&ear, &observers).into_iter().filter(|told| !matches!(told, Told::Renewed(_))).collect();
    assert_eq!(told[0], Told::Joined("lock as me".to_owned()));
    assert!(matches!(&told[3], Told::Began(term) if term.won == Won::Created), "{told:?}");
    assert!(matches!(&told[5], Told::Drained(drain) if drain.took == secs(2)), "{told:?}");
    assert!(matches!(&told[6], Told::Stopped(end) if end.led == secs(6)), "{told:?}");
    assert_eq!(told.last(), Some(&Told::Left));
}
