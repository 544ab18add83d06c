//! A stop: no key is taken any more, the work drains, the buckets are released, the run returns.

use std::time::Duration;

use kube::runtime::controller::Action;
use le_testkit::{ApiServer, Entry, Verb};
use tokio::time::sleep;

use crate::support::{
    Journal, Operator, What, change, create, ended, lease, lease_builder, lease_builder_with, millis, names,
    secs, settle,
};

/// When the Lease was written with a holder, and when without one, since some moment.
fn writes(server: &ApiServer, since: Duration) -> (Vec<Duration>, Vec<Duration>) {
    let writes = server.log().since(since).into_iter().filter(|entry| {
        entry.kind() == "Lease" && entry.verb() == Verb::Update && entry.status() == Some(200)
    });
    let is_held = |entry: &Entry| entry.json().unwrap()["spec"]["holderIdentity"] != "";
    let (held, freed): (Vec<_>, Vec<_>) = writes.partition(is_held);
    let times = |entries: Vec<Entry>| entries.iter().map(|entry| entry.at()).collect();
    (times(held), times(freed))
}

#[tokio::test(start_paused = true)]
async fn a_stop_takes_no_key_drains_with_renewals_releases_and_returns() {
    let (server, journal) = (ApiServer::new(), Journal::new());
    create(&server, ["one"]).await;
    let a = Operator::new(&server, "a", &journal)
        .controller(|controller| {
            controller.with_config(kube::runtime::controller::Config::default().concurrency(1))
        })
        .taking(secs(15))
        .start(&lease_builder(&server, "a", 1));
    let first = journal.until(What::Began, "one").await.at;
    create(&server, ["two"]).await;
    sleep(secs(1)).await;
    let stopped = server.elapsed();
    a.stop.cancel();
    let meddle = async {
        sleep(secs(2)).await;
        change(&server, "one", 1).await;
        create(&server, names(10)).await;
    };
    let (run, ()) = tokio::join!(ended(a.running), meddle);
    run.unwrap().unwrap();

    assert_eq!(
        journal.all(What::Began).len(),
        1,
        "what waited in the queue did not begin, nor what came later"
    );
    assert_eq!(journal.first(What::Ended, "one").unwrap().at, first + secs(15));
    let (renewals, releases) = writes(&server, stopped);
    assert!(renewals.len() >= 6, "renewed every two seconds while it drains: {renewals:?}");
    assert_eq!(releases, [stopped + secs(14)], "released once, when the last has ended");
    assert_eq!(server.elapsed(), stopped + secs(14), "and returned then");
    server.until_free(&lease("objects")).within(millis(1)).await;
    let requests = server.log().len();
    sleep(secs(100)).await;
    assert_eq!(server.log().len(), requests, "nothing of it goes on");
}

#[tokio::test(start_paused = true)]
async fn a_stop_is_heard_by_a_controller_that_is_never_idle() {
    let (server, journal) = (ApiServer::new(), Journal::new());
    create(&server, names(20)).await;
    let a = Operator::new(&server, "a", &journal)
        .habit(|_, _| async {
            tokio::task::yield_now().await;
            Ok(Action::requeue(Duration::ZERO))
        })
        .start(&lease_builder(&server, "a", 1));
    journal.until(What::Began, "object-19").await;
    for _ in 0..1000 {
        tokio::task::yield_now().await;
    }
    let stopped = journal.now();
    a.stop().await;
    assert!(journal.all(What::Began).len() > 100);
    assert!(journal.now() - stopped < millis(10), "{:?}", journal.now() - stopped);
}

#[tokio::test(start_paused = true)]
async fn the_next_replica_handles_everything_milliseconds_after_a_stop() {
    let (server, journal) = (ApiServer::new(), Journal::new());
    create(&server, names(50)).await;
    let a = Operator::new(&server, "a", &journal).start(&lease_builder(&server, "a", 3));
    settle().await;
    let b = Operator::new(&server, "b", &journal).start(&lease_builder(&server, "b", 3));
    sleep(secs(10)).await;
    assert_eq!(journal.take().len(), 50);
    assert!(journal.lines().iter().all(|line| line.who == "a"));
    a.stop().await;
    sleep(millis(10)).await;
    let counts = journal.take();
    assert!(counts.len() == 50 && counts.values().all(|count| *count == 1), "{counts:?}");
    b.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_reconcile_that_never_returns_is_dropped_in_time_for_the_release() {
    let (server, journal) = (ApiServer::new(), Journal::new());
    create(&server, ["one"]).await;
    let a =
        Operator::new(&server, "a", &journal).taking(secs(1_000_000)).start(&lease_builder(&server, "a", 1));
    journal.until(What::Began, "one").await;
    let stopped = server.elapsed();
    a.stop().await;
    assert_eq!(server.elapsed(), stopped + secs(20));
    assert_eq!(writes(&server, stopped).1, [stopped + secs(20)]);
}

#[tokio::test(start_paused = true)]
async fn a_drain_that_the_elector_does_not_wait_for_ends_with_the_right_and_releases_nothing() {
    let (server, journal) = (ApiServer::new(), Journal::new());
    create(&server, ["one"]).await;
    let mut impatient = le_lease::Options::default();
    impatient.drain_bound = secs(5);
    let builder = lease_builder_with(&server, "a", 1, impatient);
    let a = Operator::new(&server, "a", &journal).taking(secs(1_000_000)).start(&builder);
    let began = journal.until(What::Began, "one").await.at;
    a.stop().await;
    // It is not renewed after five seconds, and the last renewal holds for ten at most.
    let dropped = journal.first(What::Dropped, "one").unwrap().at;
    assert!((began + secs(5)..began + secs(15)).contains(&dropped), "{dropped:?}");
    assert_eq!(journal.now(), dropped);
    server.until_led(&lease("objects")).by("a").within(millis(1)).await;
}

#[tokio::test(start_paused = true)]
async fn a_replica_that_is_cut_off_drops_its_work_before_the_next_one_begins() {
    let (server, journal) = (ApiServer::new(), Journal::new());
    create(&server, ["one"]).await;
    let a =
        Operator::new(&server, "a", &journal).taking(secs(1_000_000)).start(&lease_builder(&server, "a", 1));
    let began = journal.until(What::Began, "one").await.at;
    let b = Operator::new(&server, "b", &journal).taking(secs(1)).start(&lease_builder(&server, "b", 1));
    sleep(secs(5)).await;
    server.faults().partition("a");
    let dropped = journal.until(What::Dropped, "one").await.at;
    let ended = journal.until(What::Ended, "one").await;
    assert_eq!(ended.who, "b");
    assert!(dropped > began && dropped + secs(1) < ended.at, "{:?}", journal.lines());
    server.faults().heal("a");
    sleep(secs(30)).await;
    a.stop().await;
    b.stop().await;
}
