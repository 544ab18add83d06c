//! How many requests of a process are under way at once.

use std::time::Duration;

use le_testkit::{ApiServer, Verb};

use super::bench::{Act, Journal, Replica, Setup};
use super::look::{millis, secs};

/// Waits until so many buckets were promoted, and tells how long after the first request that was.
async fn until_led(server: &ApiServer, journal: &Journal, buckets: usize) -> Duration {
    let promoted = || journal.lines().iter().filter(|line| matches!(line.act, Act::Promoted(_))).count();
    while promoted() < buckets {
        tokio::time::sleep(millis(1)).await;
        assert!(server.elapsed() < secs(60), "{} of {buckets} are led", promoted());
    }
    server.elapsed()
}

#[tokio::test(start_paused = true)]
async fn a_process_opens_no_more_than_four_connections_for_a_hundred_buckets() {
    let (server, journal) = (ApiServer::new(), Journal::new());
    server.faults().rule().writes().delay(millis(10));
    let setup = Setup { buckets: Some(100), ..Setup::default() };
    let _a = Replica::start_with(&server, &journal, "a", &setup);
    let took = until_led(&server, &journal, 100).await;
    assert!(
        (millis(250)..millis(260)).contains(&took),
        "a hundred writes of 10 ms, four at a time: {took:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn requests_that_hang_hold_up_others_for_a_moment_only() {
    let (server, journal) = (ApiServer::new(), Journal::new());
    for hanging in 0..4 {
        let name = format!("controller.widgets.{hanging:02}-of-10");
        server.faults().rule().verb(Verb::Create).name(&name).hang_before();
    }
    let setup = Setup { buckets: Some(10), ..Setup::default() };
    let _a = Replica::start_with(&server, &journal, "a", &setup);
    // An attempt has two seconds; a quarter of that is for waiting.
    let took = until_led(&server, &journal, 6).await;
    assert!((millis(500)..millis(520)).contains(&took), "{took:?}");
}
