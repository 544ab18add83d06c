//! What is used and asked for within a time.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::Context as _;
use k8s_openapi::jiff::Timestamp;
use le_e2e::plane::{Asked, Plane};
use tokio::time::{Instant, sleep, sleep_until};

use super::Usage;

/// How often memory is looked at.
const LOOK: Duration = Duration::from_secs(2);

/// The server keeps what it writes down back for a moment.
const LATE: Duration = Duration::from_secs(3);

/// What processes have used and asked for within a time.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Window {
    /// How long it was.
    pub length: Duration,
    /// What each process has used, in the order in which they joined.
    pub members: Vec<Cost>,
    /// The processor time of the API server and its store.
    pub server: Duration,
    /// How many renewals there were.
    pub renewals: usize,
    /// How many requests of any kind there were, each watch as one.
    pub requests: usize,
    /// The most renewals within any 100 ms.
    pub peak: usize,
    /// The longest time between two renewals of one Lease.
    pub longest: Duration,
}

/// What one process has used.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Cost {
    /// Processor time.
    pub cpu: Duration,
    /// Resident memory in KiB, on the average.
    pub resident: f64,
    /// Requests, each watch as one. Processes that share a user share these too.
    pub requests: usize,
}

pub(super) async fn measure(
    plane: &Plane,
    namespace: &str,
    pids: &[u32],
    users: &[String],
    length: Duration,
) -> anyhow::Result<Window> {
    let servers = plane.pids();
    let cpu =
        |pids: &[u32]| pids.iter().map(|pid| Ok(Usage::of(*pid)?.cpu)).sum::<anyhow::Result<Duration>>();
    let (from, began) = (Timestamp::now(), Instant::now());
    let before = pids.iter().map(|pid| Usage::of(*pid)).collect::<anyhow::Result<Vec<_>>>()?;
    let server = cpu(&servers)?;
    let mut resident = vec![0.0; pids.len()];
    let mut looks = 0.0;
    while began.elapsed() < length {
        sleep_until((Instant::now() + LOOK).min(began + length)).await;
        for (sum, pid) in resident.iter_mut().zip(pids) {
            *sum += Usage::of(*pid)?.resident;
        }
        looks += 1.0;
    }
    let after = pids.iter().map(|pid| Usage::of(*pid)).collect::<anyhow::Result<Vec<_>>>()?;
    let server = cpu(&servers)?.saturating_sub(server);
    let (to, length) = (Timestamp::now(), began.elapsed());
    sleep(LATE).await;

    let mut asked: Vec<(Timestamp, Asked)> = Vec::new();
    for request in plane.asked()?.into_iter().filter(|request| request.namespace == namespace) {
        let at: Timestamp = request.at.parse().context("the server's log tells no time")?;
        if (from..to).contains(&at) {
            asked.push((at, request));
        }
    }
    asked.sort_by_key(|(at, _)| *at);
    let is_renewal = |request: &Asked| request.verb == "update" && request.code == 200;
    let renewals: Vec<_> = asked.iter().filter(|(_, request)| is_renewal(request)).collect();
    let times: Vec<Timestamp> = renewals.iter().map(|(at, _)| *at).collect();
    let members =
        before.iter().zip(&after).zip(resident).zip(users).map(|(((before, after), sum), user)| Cost {
            cpu: after.cpu.saturating_sub(before.cpu),
            resident: sum / looks,
            requests: asked.iter().filter(|(_, request)| request.user == *user).count(),
        });
    Ok(Window {
        length,
        members: members.collect(),
        server,
        renewals: renewals.len(),
        requests: asked.len(),
        peak: peak(&times, Duration::from_millis(100)),
        longest: longest(renewals.iter().map(|(at, request)| (&*request.name, *at)), from, to),
    })
}

/// The most moments within a span; they are sorted.
fn peak(times: &[Timestamp], span: Duration) -> usize {
    let mut first = 0;
    let mut most = 0;
    for (last, time) in times.iter().enumerate() {
        while time.duration_since(times[first]).unsigned_abs() > span {
            first += 1;
        }
        most = most.max(last + 1 - first);
    }
    most
}

/// The longest time in which one of the names did not come up, between the two ends.
fn longest<'a>(
    times: impl Iterator<Item = (&'a str, Timestamp)>,
    from: Timestamp,
    to: Timestamp,
) -> Duration {
    let mut last = BTreeMap::new();
    let mut longest = Duration::ZERO;
    for (name, at) in times {
        let before = last.insert(name, at).unwrap_or(from);
        longest = longest.max(at.duration_since(before).unsigned_abs());
    }
    last.values().fold(longest, |longest, at| longest.max(to.duration_since(*at).unsigned_abs()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_millisecond(millis).expect("in range")
    }

    #[test]
    fn the_most_within_a_span_is_found_wherever_it_begins() {
        let times = [0, 50, 90, 140, 141, 400].map(at);
        assert_eq!(peak(&times, Duration::from_millis(100)), 4);
        assert_eq!(peak(&[], Duration::from_millis(100)), 0);
    }

    #[test]
    fn a_lease_that_is_silent_at_the_beginning_or_the_end_counts_too() {
        let times = [("a", at(10)), ("b", at(20)), ("a", at(40))];
        assert_eq!(longest(times.into_iter(), at(0), at(50)), Duration::from_millis(30));
        assert_eq!(longest(times.into_iter(), at(-40), at(50)), Duration::from_millis(60));
    }
}
