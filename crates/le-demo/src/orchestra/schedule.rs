//! When leaders get their signals, and when the objects stop changing.

use std::time::Duration;

use le_config::Timing;

use crate::ledger::Kind;

/// How long everything must be calm before the next leader gets a signal.
const PAUSE: Duration = Duration::from_secs(1);
/// What a hand-over may take that needs no Lease to run out.
const GRACEFUL: Duration = Duration::from_secs(1);
/// What a crash take-over may take beyond the lease duration.
const BEYOND_LEASE: Duration = Duration::from_secs(1);
/// For how long before the end nothing changes, so that the last changes are handled within the duration, as a rule.
const QUIET: Duration = Duration::from_secs(3);
/// The shortest duration: the start, a pause and a graceful hand-over, and a quiet quarter.
const LEAST: Duration = Duration::from_secs(4);

/// How long after the last change a generation may still be handled.
pub(crate) const PATIENCE: Duration = Duration::from_secs(10);

/// The plan of a run, in time since its start.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Schedule {
    duration: Duration,
    /// How long a Lease holds once nobody renews it.
    lease: Duration,
}

impl Schedule {
    pub(crate) fn new(duration: Duration, timing: Timing) -> Self {
        let seconds = u64::try_from(timing.lease_duration_seconds()).unwrap_or(u64::MAX);
        Self { duration, lease: Duration::from_secs(seconds) }
    }

    /// Returns the shortest duration in which a leader can be replaced.
    pub(crate) fn least(&self) -> Duration {
        LEAST
    }

    /// Returns how long the run goes on, before it waits for what is still unhandled.
    pub(crate) fn duration(&self) -> Duration {
        self.duration
    }

    /// Returns when objects cease to change, and leaders to get signals.
    pub(crate) fn quiet_from(&self) -> Duration {
        self.duration - QUIET.min(self.duration / 4)
    }

    /// Says which signal the next leader gets now, if any.
    ///
    /// `calm` is how long every bucket has had a leader and every replica has been running, `last` the signal before. The two
    /// kinds take turns; where the time left is too short for a Lease to run out, it is terminations only.
    pub(crate) fn next(&self, elapsed: Duration, calm: Duration, last: Option<Kind>) -> Option<Kind> {
        let fits = |kind: &Kind| {
            let takes = match kind {
                Kind::Terminate => GRACEFUL,
                Kind::Kill => self.lease.saturating_add(BEYOND_LEASE),
            };
            elapsed.saturating_add(takes) <= self.quiet_from()
        };
        let turns = match last {
            Some(Kind::Terminate) => [Kind::Kill, Kind::Terminate],
            Some(Kind::Kill) | None => [Kind::Terminate, Kind::Kill],
        };
        if calm < PAUSE { None } else { turns.into_iter().find(fits) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn schedule(seconds: u64, lease: u64) -> Schedule {
        let [lease, renew, retry] =
            [Duration::from_secs(lease), Duration::from_secs(lease - 1), Duration::from_millis(500)];
        Schedule::new(Duration::from_secs(seconds), Timing::new(lease, renew, retry).unwrap())
    }

    /// Plays a run in which every hand-over takes as long as it may, and the start a second.
    fn slowest(schedule: Schedule, lease: u64) -> (usize, usize) {
        let (mut elapsed, mut given) = (Duration::from_secs(1) + PAUSE, Vec::new());
        while let Some(kind) = schedule.next(elapsed, PAUSE, given.last().copied()) {
            given.push(kind);
            let takes = if kind == Kind::Kill { lease + 1 } else { 1 };
            elapsed += Duration::from_secs(takes) + PAUSE;
        }
        assert!(elapsed - PAUSE <= schedule.duration(), "the last hand-over ends within the duration");
        let kills = given.iter().filter(|kind| **kind == Kind::Kill).count();
        (given.len() - kills, kills)
    }

    #[test]
    fn a_minute_has_at_least_three_of_each_kind_even_when_all_is_slow() {
        assert_eq!(slowest(schedule(60, 3), 3), (8, 8));
    }

    #[test]
    fn the_shortest_run_has_a_handover_and_one_shorter_than_a_lease_has_terminations_only() {
        assert_eq!(slowest(schedule(LEAST.as_secs(), 3), 3), (1, 0));
        assert_eq!(slowest(schedule(20, 60), 60), (8, 0));
    }

    #[test]
    fn nobody_gets_a_signal_before_all_has_been_calm_for_a_while() {
        let schedule = schedule(60, 3);
        let elapsed = Duration::from_secs(20);
        assert_eq!(schedule.next(elapsed, PAUSE / 2, None), None);
        assert_eq!(schedule.next(elapsed, PAUSE, None), Some(Kind::Terminate));
        assert_eq!(schedule.next(elapsed, PAUSE, Some(Kind::Terminate)), Some(Kind::Kill));
        assert_eq!(schedule.next(elapsed, PAUSE, Some(Kind::Kill)), Some(Kind::Terminate));
    }
}
