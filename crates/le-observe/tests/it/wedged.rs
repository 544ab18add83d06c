//! Probes of elections over Leases, in virtual time: each failure is made to happen.

use futures::FutureExt;
use le_core::LedBuckets;
use le_observe::{NotReady, Wedged};
use le_testkit::ApiServer;
use tokio::time::advance;

use crate::replica::{LEASE, Replica, secs, sleep};

/// Lets time pass while nothing else gets a turn: what a runtime does whose thread is blocked.
macro_rules! block {
    ($seconds:expr) => {
        let mut blocked = std::pin::pin!(advance(secs($seconds)));
        assert!(blocked.as_mut().now_or_never().is_none(), "the time has passed, and nobody had a turn yet");
    };
}

#[tokio::test(start_paused = true)]
async fn who_leads_and_who_waits_are_alive_and_ready_through_an_outage_too() {
    let server = ApiServer::new();
    let a = Replica::start(&server, "a");
    server.until_led(LEASE).by("a").await;
    let b = Replica::start(&server, "b");
    for cut_off in [false, true, false] {
        for client in ["a", "b"] {
            if cut_off { server.faults().partition(client) } else { server.faults().heal(client) }
        }
        for _ in 0..600 {
            sleep(1).await;
            for replica in [&a, &b] {
                let health = replica.health();
                assert_eq!((health.live(), health.ready()), (Ok(()), Ok(())));
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_leader_whose_runtime_is_blocked_is_wedged_and_recovers_with_its_next_turn() {
    let server = ApiServer::new();
    let a = Replica::start(&server, "a");
    server.until_led(LEASE).by("a").await;
    sleep(5).await;
    let health = a.health();
    {
        block!(30);
        assert!(matches!(health.live(), Err(Wedged::LeadsTooLong { .. })), "{:?}", health.live());
        assert!(a.scrape().contains(&format!("leader_election_master_status{{name=\"{LEASE}\"}} 0\n")));
    }
    sleep(1).await;
    assert_eq!(health.live(), Ok(()));
    let told = health.to_string();
    assert!(told.contains("stood still for 2"), "{told}");
}

#[tokio::test(start_paused = true)]
async fn a_candidate_whose_runtime_is_blocked_is_wedged_and_recovers_with_its_next_turn() {
    let server = ApiServer::new();
    let _a = Replica::start(&server, "a");
    server.until_led(LEASE).by("a").await;
    let b = Replica::start(&server, "b");
    sleep(5).await;
    let health = b.health();
    {
        // It would take the Lease after 15 s, and is late by ten more.
        block!(60);
        assert!(matches!(health.live(), Err(Wedged::StandsStill { .. })), "{:?}", health.live());
        assert!(matches!(health.ready(), Err(NotReady::Wedged(_))));
    }
    sleep(1).await;
    assert_eq!((health.live(), health.ready()), (Ok(()), Ok(())));
}

#[tokio::test(start_paused = true)]
async fn an_elector_whose_task_is_aborted_is_gone() {
    let server = ApiServer::new();
    let a = Replica::start(&server, "a");
    server.until_led(LEASE).by("a").await;
    a.running.abort();
    sleep(1).await;
    assert!(matches!(a.health().live(), Err(Wedged::Gone { .. })));
}

#[tokio::test(start_paused = true)]
async fn an_elector_whose_work_panics_is_gone() {
    let server = ApiServer::new();
    let led = LedBuckets::new().on_promote(|_, _| async { panic!("the work is broken") });
    let mut a = Replica::lead(&server, "a", led);
    assert!((&mut a.running).await.unwrap_err().is_panic());
    sleep(1).await;
    assert!(matches!(a.health().live(), Err(Wedged::Gone { .. })));
}

#[tokio::test(start_paused = true)]
async fn an_elector_that_was_stopped_is_alive_and_takes_no_part() {
    let server = ApiServer::new();
    let mut a = Replica::start(&server, "a");
    server.until_led(LEASE).by("a").await;
    a.stop.cancel();
    (&mut a.running).await.unwrap().unwrap();
    let health = a.health();
    assert_eq!((health.live(), health.ready()), (Ok(()), Err(NotReady::Finished)));
}
