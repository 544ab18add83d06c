//! What can go wrong with it, and does not reach an election.

use std::time::Duration;

use le_testkit::{Answer, ApiServer, Fault, Rule};
use tokio::time::Instant;

use super::{Work, asked, labelled, server, start};
use crate::replica::{LEASE, secs, sleep};
use crate::said::Said;

const PODS: [&str; 2] = ["op-0", "op-1"];

/// Lets a pod lead for ten minutes and hand over, with its requests answered like this; how long the hand-over took.
async fn hand_over(fault: impl FnOnce(Rule) -> Fault) -> Duration {
    let server = server(&PODS);
    fault(server.faults().rule().client("op-0-label"));
    let work = Work::new(&server, secs(0));
    let a = start(&server, "op-0", 1, &work);
    sleep(5).await;
    assert!(work.at("promoted") < Duration::from_millis(1_500), "the promotion does not wait");
    let _b = start(&server, "op-1", 1, &Work::new(&server, secs(0)));
    sleep(600).await;
    assert_eq!(server.until_led(LEASE).await, "op-0", "it has led all the time");
    assert_eq!(server.log().count(|entry| entry.client() == "op-1" && entry.verb().is_write()), 0);
    let began = Instant::now();
    a.stop().await;
    server.until_led(LEASE).by("op-1").await;
    began.elapsed()
}

#[tokio::test(start_paused = true)]
async fn a_label_that_cannot_be_written_holds_up_a_release_for_two_seconds_at_most() {
    let (said, _guard) = Said::listen();
    let well = hand_over(|rule| rule.delay(Duration::ZERO)).await;
    assert_eq!(hand_over(|rule| rule.answer(Answer::status(403))).await, well);
    assert_eq!(hand_over(|rule| rule.answer(Answer::status(500))).await, well);
    assert_eq!(said.lines("acme.example.com/role").len(), 2);
    // The elector looks whether it may release at its own pace.
    let hung = hand_over(|rule| rule.hang_before()).await;
    assert!(hung > well && hung <= well + secs(2), "{hung:?} beside {well:?}");
    assert_eq!(said.lines("acme.example.com/role").len(), 3, "once for each");
}

#[tokio::test(start_paused = true)]
async fn forbidden_is_said_once_with_what_to_grant_and_goes_on_once_it_is() {
    let (said, _guard) = Said::listen();
    let server = server(&PODS[..1]);
    let forbidden = server.faults().rule().client("op-0-label").answer(Answer::status(403));
    let _a = start(&server, "op-0", 1, &Work::new(&server, secs(0)));
    sleep(600).await;
    let tries = asked(&server, "op-0").len();
    assert!((9..=13).contains(&tries), "once a minute: {tries}");
    let lines = said.lines("acme.example.com/role");
    let [line] = &lines[..] else { panic!("{lines:?}") };
    for words in ["\"op-0\"", "\"default\"", "grant the service account the verb \"patch\" on \"pods\""] {
        assert!(line.contains(words), "{words}: {line}");
    }
    forbidden.remove();
    sleep(60).await;
    assert_eq!(labelled(&server, &PODS[..1]).await, ["op-0"]);
}

#[tokio::test(start_paused = true)]
async fn a_replica_that_never_led_does_not_ask_again_for_what_is_forbidden() {
    let server = server(&PODS);
    let _a = start(&server, "op-0", 1, &Work::new(&server, secs(0)));
    sleep(5).await;
    server.faults().rule().client("op-1-label").answer(Answer::status(403));
    let _b = start(&server, "op-1", 1, &Work::new(&server, secs(0)));
    sleep(600).await;
    assert_eq!(asked(&server, "op-1").len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_leader_that_is_cut_off_takes_it_away_when_it_is_back() {
    let server = server(&PODS);
    let _a = start(&server, "op-0", 1, &Work::new(&server, secs(0)));
    sleep(5).await;
    let _b = start(&server, "op-1", 1, &Work::new(&server, secs(0)));
    sleep(5).await;
    server.faults().refuse_connections("op-0");
    server.faults().refuse_connections("op-0-label");
    sleep(40).await;
    assert_eq!(labelled(&server, &PODS).await, PODS, "as the docs say");
    server.faults().heal("op-0");
    server.faults().heal("op-0-label");
    sleep(6).await;
    assert_eq!(labelled(&server, &PODS).await, ["op-1"]);
}

#[tokio::test(start_paused = true)]
async fn an_elector_that_is_dropped_takes_it_away_in_the_background() {
    let server: ApiServer = server(&PODS[..1]);
    let a = start(&server, "op-0", 1, &Work::new(&server, secs(0)));
    sleep(5).await;
    assert_eq!(labelled(&server, &PODS[..1]).await, ["op-0"]);
    drop(a);
    sleep(1).await;
    assert!(labelled(&server, &PODS[..1]).await.is_empty());
}
