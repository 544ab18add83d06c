//! Leaders that crash, are cut off, or hear nothing.

use std::time::Duration;

use le_core::StopReason;
use le_testkit::{ApiServer, Verb};

use super::bench::{Act, Journal, Replica};

/// When the last write of a client was applied.
fn last_write(server: &ApiServer, client: &str) -> Duration {
    let writes = server.log().select(|entry| {
        let request = entry.request();
        request.client() == client && request.verb().is_write() && entry.status() == Some(200)
    });
    writes.last().unwrap().request().at()
}

#[tokio::test(start_paused = true)]
async fn a_crashed_leader_is_replaced_within_300_ms_after_its_lease_ran_out() {
    let (server, journal) = (ApiServer::new(), Journal::new());
    let a = Replica::start(&server, &journal, "a");
    journal.until_promoted("a").await;
    let _b = Replica::start(&server, &journal, "b");
    let _c = Replica::start(&server, &journal, "c");
    tokio::time::sleep(Duration::from_secs(60)).await;
    a.kill();
    let ran_out = last_write(&server, "a") + Duration::from_secs(15);
    let promoted = |act: &Act| matches!(act, Act::Promoted(_));
    let next = tokio::select! {
        next = journal.until("b", promoted) => next,
        next = journal.until("c", promoted) => next,
    };
    assert!(next.at >= ran_out, "{next:?} {ran_out:?}");
    assert!(next.at < ran_out + Duration::from_millis(300), "{next:?} {ran_out:?}");
}

#[tokio::test(start_paused = true)]
async fn a_leader_that_is_cut_off_stops_by_itself_before_another_begins() {
    let (server, journal) = (ApiServer::new(), Journal::new());
    let _a = Replica::start(&server, &journal, "a");
    journal.until_promoted("a").await;
    let _b = Replica::start(&server, &journal, "b");
    tokio::time::sleep(Duration::from_secs(31)).await;
    server.faults().partition("a");
    let sent = last_write(&server, "a");
    let demoted = journal.until("a", |act| matches!(act, Act::Demoted(_))).await;
    assert_eq!(demoted.act, Act::Demoted(Some(StopReason::DeadlinePassed)));
    assert_eq!(demoted.at.as_millis(), (sent + Duration::from_secs(10)).as_millis());
    let next = journal.until_promoted("b").await;
    assert!(next.at >= sent + Duration::from_secs(15));
    assert!(next.at < sent + Duration::from_millis(15_300));

    // Healed, it waits its turn.
    server.faults().heal("a");
    tokio::time::sleep(Duration::from_secs(120)).await;
    assert!(journal.valid("b").is_some() && journal.valid("a").is_none());
}

#[tokio::test(start_paused = true)]
async fn a_success_whose_answer_is_lost_grants_nothing() {
    let (server, journal) = (ApiServer::new(), Journal::new());
    let lost = server.faults().rule().client("a").verb(Verb::Create).times(1).hang_after();
    let _a = Replica::start(&server, &journal, "a");
    lost.until_struck(1).await;
    let applied = journal.now();
    let promoted = journal.until_promoted("a").await;
    assert!(promoted.at >= applied + Duration::from_secs(2), "one attempt had to be given up");
    let token = journal.tokens()[0];
    let created = server.log().select(|entry| entry.request().verb() == Verb::Update);
    assert_eq!(created.len(), 1, "it leads by a write of its own, sent afterwards");
    assert!(token > 1);
    assert!(
        journal
            .lines()
            .iter()
            .all(|line| !matches!(&line.act, Act::Reported(r) if r.contains("another process")))
    );
}
