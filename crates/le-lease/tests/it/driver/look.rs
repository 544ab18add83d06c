//! What a test asks the server's log and the journal.

use std::time::Duration;

use le_testkit::{ApiServer, Entry, Verb};
use serde_json::Value;

use super::bench::{Act, Journal, Line};

pub(crate) const LEASE: &str = "controller.widgets.00-of-01";

pub(crate) fn secs(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

pub(crate) fn millis(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

pub(crate) async fn sleep(time: Duration) {
    tokio::time::sleep(time).await;
}

/// The requests of a client with this verb.
pub(crate) fn sent(server: &ApiServer, client: &str, verb: Verb) -> Vec<Entry> {
    server.log().select(|entry| entry.client() == client && entry.verb() == verb)
}

pub(crate) fn count(server: &ApiServer, client: &str, verb: Verb) -> usize {
    sent(server, client, verb).len()
}

/// All requests of a client that came at `time` or later.
pub(crate) fn since(server: &ApiServer, client: &str, time: Duration) -> usize {
    server.log().count(|entry| entry.client() == client && entry.at() >= time)
}

/// When the last write of a client was applied.
pub(crate) fn last_write(server: &ApiServer, client: &str) -> Duration {
    let writes = server.log().select(|entry| {
        let applied = entry.status().is_some_and(|status| status < 300);
        entry.client() == client && entry.verb().is_write() && applied
    });
    writes.last().unwrap().at()
}

/// The bodies that a client sent with this verb.
pub(crate) fn bodies(server: &ApiServer, client: &str, verb: Verb) -> Vec<Value> {
    sent(server, client, verb).iter().map(|entry| entry.json().unwrap()).collect()
}

/// What a replica reported that has this text in it.
pub(crate) fn reports(journal: &Journal, replica: &str, text: &str) -> Vec<Line> {
    let fits = |line: &Line| matches!(&line.act, Act::Reported(report) if report.contains(text));
    journal.lines().into_iter().filter(|line| line.replica == replica && fits(line)).collect()
}

pub(crate) async fn until_reported(journal: &Journal, replica: &str, text: &str) -> Line {
    journal.until(replica, |act| matches!(act, Act::Reported(report) if report.contains(text))).await
}

/// How many times a replica was promoted.
pub(crate) fn promotions(journal: &Journal, replica: &str) -> usize {
    let fits = |line: &&Line| line.replica == replica && matches!(line.act, Act::Promoted(_));
    journal.lines().iter().filter(fits).count()
}
