//! What processes use, looked at while nothing happens.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use le_testkit::ApiServer;
use rustix::process::Signal;
use tokio::runtime::Handle;
use tokio::time::{Instant, sleep};

use super::member::Members;
use crate::compared::{Compared, middle};
use crate::measure::Reading;

const SOCKETS: &str = ": sockets";
/// How many sockets a process may have while nothing happens.
const MOST_SOCKETS: u64 = 8;
const MEMORY: &str = "resident memory, KiB";
/// How often it is looked.
const LOOK: Duration = Duration::from_secs(5);

/// What was seen in one calm. Of what comes and goes, such as a connection while two requests are under way at once, the least of all
/// looks: what is always there. Of memory, which never goes back, the middle.
pub(super) struct Looks {
    seen: BTreeMap<String, u64>,
}

impl Looks {
    /// Looks until `end`.
    pub(super) async fn take(
        server: &ApiServer,
        members: &mut Members,
        end: Instant,
    ) -> anyhow::Result<Self> {
        let mut all: BTreeMap<String, Vec<u64>> = BTreeMap::new();
        let (began, before) = (Instant::now(), requests(server));
        while Instant::now() < end {
            for slot in 0..members.spared {
                members.signal(slot, Signal::USR1)?;
            }
            sleep(LOOK).await;
            let mut see = |what: String, value| all.entry(what).or_default().push(value);
            for slot in 0..members.spared {
                let reading = Reading::of(&members.pid(slot)?.to_string());
                see_all(&format!("p{slot}"), reading, members.tasks(slot), &mut see);
            }
            let tasks = u64::try_from(Handle::current().metrics().num_alive_tasks())?;
            see_all("server", Reading::take(), tasks, &mut see);
            see("processes".to_owned(), members.running());
        }
        let mut seen: BTreeMap<String, u64> =
            all.into_iter().map(|(what, values)| settle(what, values)).collect();
        let minutes = began.elapsed().as_secs_f64() / 60.0;
        seen.insert(
            "requests per minute".to_owned(),
            ((requests(server) - before) as f64 / minutes).round() as u64,
        );
        Ok(Self { seen })
    }

    /// Finds who has more sockets than its connections are worth: one for its watch and a few for a burst of renewals, and those
    /// with which tokio hears of signals. The server has as many for each process.
    pub(super) fn too_many_sockets(&self, processes: u64) -> Vec<String> {
        let sockets =
            self.seen.iter().filter_map(|(what, count)| Some((what.strip_suffix(SOCKETS)?, *count)));
        sockets
            .filter(|(who, count)| {
                *count > if *who == "server" { MOST_SOCKETS * processes } else { MOST_SOCKETS }
            })
            .map(|(who, count)| format!("{who} has {count} sockets"))
            .collect()
    }

    /// Puts this beside what was seen later.
    pub(super) fn beside(&self, later: &Self) -> Vec<Compared> {
        let end = |what: &String| later.seen.get(what).copied().unwrap_or_default();
        self.seen
            .iter()
            .filter(|(what, _)| !what.ends_with(SOCKETS))
            .map(|(what, start)| Compared::new(what, *start, end(what)))
            .collect()
    }
}

fn settle(what: String, values: Vec<u64>) -> (String, u64) {
    let value =
        if what.ends_with(MEMORY) { middle(values) } else { values.into_iter().min().unwrap_or_default() };
    (what, value)
}

fn see_all(who: &str, reading: Reading, tasks: u64, see: &mut impl FnMut(String, u64)) {
    see(format!("{who}: {MEMORY}"), reading.resident);
    see(format!("{who}: open files but sockets"), reading.files);
    see(format!("{who}: threads"), reading.threads);
    // Each connection has a task, and how many there are depends on how many Leases are led, which is chance.
    see(format!("{who}: tasks but those of sockets"), tasks.saturating_sub(reading.sockets));
    see(format!("{who}{SOCKETS}"), reading.sockets);
}

/// How many requests have come so far.
fn requests(server: &ApiServer) -> u64 {
    server.log().forgotten() + server.log().len() as u64
}

impl fmt::Display for Looks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words: Vec<String> = self.seen.iter().map(|(what, value)| format!("{what} {value}")).collect();
        f.write_str(&words.join("; "))
    }
}
