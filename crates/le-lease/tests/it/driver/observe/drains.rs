//! Drains, and how candidates end.

use le_core::StopReason;
use le_lease::Options;
use le_testkit::ApiServer;

use super::super::bench::{Act, Journal, Setup};
use super::super::look::{secs, sleep};
use super::{Heard, Told};

#[tokio::test(start_paused = true)]
async fn after_a_loss_the_drain_begins_with_the_end() {
    let (server, journal) = (ApiServer::new(), Journal::new());
    let setup = Setup { drain: secs(4), ..Setup::default() };
    let a = Heard::start(&server, &journal, "a", &setup);
    journal.until_promoted("a").await;
    server.faults().partition("a");
    journal.until("a", |act| *act == Act::Drained).await;
    sleep(secs(1)).await;
    let is_end = |told: &Told| matches!(told, Told::Stopped(_) | Told::DrainBegan | Told::Drained(_));
    let told: Vec<_> = a.told().into_iter().filter(is_end).collect();
    let [Told::Stopped(end), Told::DrainBegan, Told::Drained(drain)] = &told[..] else { panic!("{told:?}") };
    assert_eq!((end.reason, drain.took), (StopReason::DeadlinePassed, secs(4)));
}

#[tokio::test(start_paused = true)]
async fn a_drain_that_outlasts_its_bound_is_never_over() {
    let (server, journal) = (ApiServer::new(), Journal::new());
    let mut options = Options::default();
    options.drain_bound = secs(5);
    let setup = Setup { drain: secs(1000), options, ..Setup::default() };
    let a = Heard::start(&server, &journal, "a", &setup);
    journal.until_promoted("a").await;
    a.replica.stop.cancel();
    sleep(secs(60)).await;
    let told: Vec<_> = a.told().into_iter().filter(|told| !matches!(told, Told::Renewed(_))).collect();
    let [.., Told::DrainBegan, Told::Odd(odd), Told::Stopped(end), Told::Left] = &told[..] else {
        panic!("{told:?}")
    };
    assert!(odd.contains("did not drain within 5s"));
    assert_eq!(end.reason, StopReason::DeadlinePassed);
}

#[tokio::test(start_paused = true)]
async fn a_replica_that_is_killed_leaves_without_an_end() {
    let (server, journal) = (ApiServer::new(), Journal::new());
    let setup = Setup { buckets: Some(2), ..Setup::default() };
    let Heard { ear, observers, replica } = Heard::start(&server, &journal, "a", &setup);
    sleep(secs(5)).await;
    replica.kill();
    sleep(secs(1)).await;
    let told = super::told(&ear, &observers);
    assert_eq!(told.iter().filter(|told| **told == Told::Left).count(), 2);
    assert_eq!(told.iter().filter(|told| matches!(told, Told::Stopped(_))).count(), 0);
}
