//! Every status that the API server may answer with: survived, told once, never a hot loop, and got over without help.

use le_core::StopReason;
use le_testkit::{ApiServer, Verb};

use super::bench::{Act, Journal, Replica};
use super::look::{last_write, promotions, reports, secs, since, sleep};

const STATUSES: [u16; 11] = [401, 403, 404, 408, 409, 410, 422, 429, 500, 503, 504];

/// What a status of a write is reported as; nothing where it is an answer like any other.
fn report_of(status: u16, verb: Verb) -> Option<&'static str> {
    Some(match (status, verb) {
        (401, _) => {
            "the API server does not accept the credentials: check the service account's token or the kubeconfig"
        }
        (403, Verb::Create) => {
            r#"not allowed to create leases in namespace "default": grant the service account the verb "create""#
        }
        (403, _) => {
            r#"not allowed to update leases in namespace "default": grant the service account the verb "update""#
        }
        (404, Verb::Create) => r#"there is no namespace "default", or it is being deleted: create it"#,
        (404 | 409, _) => return None,
        (422, _) => "the API server refuses what this replica writes: mend or delete the lease",
        (429, _) => "the API server asks for fewer requests",
        _ => "the API server cannot be reached, or failed",
    })
}

fn failures(journal: &Journal) -> Vec<String> {
    let lines = reports(journal, "a", LEASE_REPORT).into_iter().map(|line| format!("{:?}", line.act));
    lines.filter(|text| !text.contains("requests succeed again")).collect()
}

const LEASE_REPORT: &str = "lease \"controller.widgets.00-of-01\": ";

#[tokio::test(start_paused = true)]
async fn a_candidate_whose_creation_is_refused_says_so_once_and_leads_as_soon_as_it_may() {
    for status in STATUSES {
        let (server, journal) = (ApiServer::new(), Journal::new());
        let fault = server.faults().rule().client("a").verb(Verb::Create).fail_before(status);
        let _a = Replica::start(&server, &journal, "a");
        sleep(secs(120)).await;
        let from = server.elapsed();
        sleep(secs(60)).await;
        let requests = since(&server, "a", from);
        assert!(requests <= 90, "{status}: {requests} in a minute");
        assert_eq!(promotions(&journal, "a"), 0);
        fault.remove();
        let healed = journal.now();
        let promoted = journal.until_promoted("a").await;
        assert!(promoted.at - healed <= secs(3), "{status}: {promoted:?} {healed:?}");
        let told = failures(&journal);
        match report_of(status, Verb::Create) {
            None => assert!(told.is_empty(), "{status}: {told:?}"),
            Some(text) => {
                assert_eq!(reports(&journal, "a", text).len(), 1, "{status}: {told:?}");
                assert_eq!(told.len(), 1, "{status}: {told:?}");
                assert_eq!(reports(&journal, "a", "requests succeed again").len(), 1, "{status}");
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_leader_whose_renewals_are_refused_for_a_while_leads_on() {
    for status in STATUSES {
        let (server, journal) = (ApiServer::new(), Journal::new());
        let _a = Replica::start(&server, &journal, "a");
        journal.until_promoted("a").await;
        let _b = Replica::start(&server, &journal, "b");
        sleep(secs(33)).await;
        let fault = server.faults().rule().client("a").verb(Verb::Update).fail_before(status);
        // Who is told that the Lease is gone tries to make it anew, which takes attempts of its own.
        sleep(secs(if status == 404 { 3 } else { 6 })).await;
        fault.remove();
        sleep(secs(120)).await;
        assert!(journal.valid("a").is_some(), "{status}");
        assert_eq!((promotions(&journal, "a"), promotions(&journal, "b")), (1, 0), "{status}");
        let told = failures(&journal);
        let expected = report_of(status, Verb::Update);
        assert_eq!(told.len(), usize::from(expected.is_some()), "{status}: {told:?}");
        assert_eq!(reports(&journal, "a", "requests succeed again").len(), told.len(), "{status}");
        assert!(
            told.iter().all(|text| text.replace('\\', "").contains(expected.unwrap())),
            "{status}: {told:?}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_leader_whose_renewals_are_refused_for_good_ends_at_its_deadline_and_another_leads() {
    for status in STATUSES {
        let (server, journal) = (ApiServer::new(), Journal::new());
        let _a = Replica::start(&server, &journal, "a");
        journal.until_promoted("a").await;
        let _b = Replica::start(&server, &journal, "b");
        sleep(secs(33)).await;
        server.faults().rule().client("a").verb(Verb::Update).fail_before(status);
        let sent = last_write(&server, "a");
        let demoted = journal.until("a", |act| matches!(act, Act::Demoted(_))).await;
        assert_eq!(demoted.act, Act::Demoted(Some(StopReason::DeadlinePassed)), "{status}");
        assert_eq!(demoted.at.as_millis(), (sent + secs(10)).as_millis(), "{status}");
        let requests = since(&server, "a", sent + secs(1));
        assert!(requests <= 30, "{status}: {requests} in ten seconds");
        let promoted = journal.until_promoted("b").await;
        assert!(promoted.at - sent < secs(15) + secs(1), "{status}: {promoted:?} {sent:?}");
        sleep(secs(300)).await;
        assert_eq!(promotions(&journal, "b"), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn a_candidate_that_can_neither_read_nor_list_nor_watch_leads_when_it_can_again() {
    for status in STATUSES {
        let (server, journal) = (ApiServer::new(), Journal::new());
        let b = Replica::start(&server, &journal, "b");
        journal.until_promoted("b").await;
        let rule = server.faults().rule().client("a").verb(Verb::Get).verb(Verb::List).verb(Verb::Watch);
        let fault = rule.fail_before(status);
        let _a = Replica::start(&server, &journal, "a");
        sleep(secs(120)).await;
        let from = server.elapsed();
        sleep(secs(60)).await;
        let requests = since(&server, "a", from);
        assert!(requests <= 90, "{status}: {requests} in a minute");
        fault.remove();
        b.stop().await;
        let released = journal.now();
        let promoted = journal.until_promoted("a").await;
        assert!(promoted.at - released <= secs(3), "{status}: {promoted:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_release_that_is_refused_is_tried_again() {
    // 404 says that there is nothing to release.
    for status in STATUSES.into_iter().filter(|status| *status != 404) {
        let (server, journal) = (ApiServer::new(), Journal::new());
        let a = Replica::start(&server, &journal, "a");
        journal.until_promoted("a").await;
        let _b = Replica::start(&server, &journal, "b");
        sleep(secs(33)).await;
        server.faults().rule().client("a").verb(Verb::Update).times(2).fail_before(status);
        let asked = journal.now();
        a.stop().await;
        let promoted = journal.until_promoted("b").await;
        assert!(promoted.at - asked <= secs(2), "{status}: {promoted:?} {asked:?}");
    }
}
