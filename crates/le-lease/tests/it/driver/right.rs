//! How long the right lasts, as the work sees it, whatever the driver's tasks come to.

use std::cell::Cell;
use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;

use le_lease::Election;
use le_testkit::{Answer, ApiServer, Verb};
use tokio_util::sync::CancellationToken;

use super::bench::{Journal, Replica, Setup, timing};
use super::look::{LEASE, last_write, millis, secs, sent, sleep};
use super::strangers::Stranger;

async fn led(setup: &Setup) -> (ApiServer, Journal, Replica) {
    let (server, journal) = (ApiServer::new(), Journal::new());
    let a = Replica::start_with(&server, &journal, "a", setup);
    journal.until_promoted("a").await;
    (server, journal, a)
}

#[tokio::test(start_paused = true)]
async fn a_process_that_goes_on_after_a_pause_does_not_lead_even_before_its_tasks_run() {
    for paused in [9, 10, 30] {
        let (_server, journal, _a) = led(&Setup::default()).await;
        let leadership = journal.valid("a").unwrap();
        // The clock moves with the first poll, and nobody else has run by then.
        assert!(futures::poll!(pin!(tokio::time::advance(secs(paused)))).is_pending());
        assert_eq!(leadership.is_valid(), paused < 10, "{paused}");
    }
}

#[tokio::test(start_paused = true)]
async fn after_a_pause_of_the_process_the_work_is_not_polled_once_more() {
    let (server, polls) = (ApiServer::new(), Cell::new(0));
    let election =
        Election::new(server.client("a"), LEASE).unwrap().in_namespace("default").with_timing(timing());
    let mut run = pin!(election.run_while_leading(CancellationToken::new(), |_| {
        poll_fn(|_| {
            polls.set(polls.get() + 1);
            Poll::<()>::Pending
        })
    }));
    assert!(tokio::time::timeout(secs(5), &mut run).await.is_err());
    assert!(futures::poll!(&mut run).is_pending());
    let before = polls.get();
    // The clock moves with the first poll, and the driver's own tasks have not run by then.
    assert!(futures::poll!(pin!(tokio::time::advance(secs(30)))).is_pending());
    assert!(futures::poll!(&mut run).is_pending());
    assert!(before > 0);
    assert_eq!(polls.get(), before);
}

#[tokio::test(start_paused = true)]
async fn the_first_deadline_counts_from_when_the_write_was_sent() {
    let (server, journal) = (ApiServer::new(), Journal::new());
    server.faults().rule().client("a").writes().delay_answer(millis(1900));
    let _a = Replica::start(&server, &journal, "a");
    journal.until_promoted("a").await;
    let remaining = journal.valid("a").unwrap().remaining();
    assert!(remaining <= millis(8100) && remaining >= secs(8), "{remaining:?}");
}

#[tokio::test(start_paused = true)]
async fn a_renewal_that_fails_adds_nothing_to_the_right() {
    for status in [409, 422, 500] {
        let (server, journal, _a) = led(&Setup::default()).await;
        sleep(secs(31)).await;
        let sent = last_write(&server, "a");
        server.faults().rule().client("a").verb(Verb::Update).fail_before(status);
        sleep(secs(6)).await;
        let leadership = journal.valid("a").unwrap();
        assert_eq!(leadership.remaining(), sent + secs(10) - journal.now(), "{status}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_renewal_that_was_given_up_is_taken_back() {
    let (server, journal, _a) = led(&Setup { drain: secs(60), ..Setup::default() }).await;
    sleep(secs(31)).await;
    let last = last_write(&server, "a");
    // Slower than the term lasts: the last attempt of it would be applied long after its end.
    server.faults().rule().client("a").verb(Verb::Update).delay(secs(12));
    sleep(secs(50)).await;
    assert!(journal.valid("a").is_none());
    assert_eq!(last_write(&server, "a"), last);
}

#[tokio::test(start_paused = true)]
async fn a_list_that_was_asked_for_before_a_write_does_not_undo_it() {
    let (server, journal, _a) = led(&Setup::default()).await;
    sleep(secs(31)).await;
    // The leader does not hear of the deletion, finds it out by its own write, and makes the Lease anew. The list that tells of the
    // deletion comes after that.
    let deaf = server.faults().rule().client("a").verb(Verb::Watch).silence_watch();
    Stranger::new(&server).delete().await;
    let late = server.faults().rule().client("a").verb(Verb::List).delay_answer(millis(1990));
    server.faults().rule().client("a").verb(Verb::Watch).times(1).answer(Answer::status(410));
    server.faults().rule().client("a").verb(Verb::Watch).cut_open_watches();
    deaf.remove();
    late.until_struck(1).await;
    sleep(secs(10)).await;
    let created: Vec<_> = sent(&server, "a", Verb::Create).iter().map(|entry| entry.status()).collect();
    assert_eq!(created, [Some(201), Some(201)]);
    assert!(journal.valid("a").is_some());
}

#[tokio::test(start_paused = true)]
async fn after_a_write_of_unknown_outcome_the_lease_is_read_before_the_next() {
    for status in [408, 500, 502, 503, 504] {
        let (server, journal, _a) = led(&Setup::default()).await;
        sleep(secs(31)).await;
        server.faults().rule().client("a").verb(Verb::Update).times(1).fail_before(status);
        sleep(secs(10)).await;
        let requests = server.log().select(|entry| entry.verb() != Verb::Watch);
        let failed = requests.iter().position(|entry| entry.status() == Some(status)).unwrap();
        assert_eq!(requests[failed + 1].verb(), Verb::Get, "{status}");
        assert!(journal.valid("a").is_some(), "{status}");
    }
}
