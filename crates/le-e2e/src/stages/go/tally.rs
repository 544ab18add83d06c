//! How many hand-overs there were of each kind, and how long they took.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Mutex, PoisonError};

/// From which language to the other, and how the leader ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Way {
    pub(super) from_rust: bool,
    pub(super) killed: bool,
}

impl Way {
    pub(super) const ALL: [Self; 4] = [
        Self { from_rust: true, killed: false },
        Self { from_rust: false, killed: false },
        Self { from_rust: true, killed: true },
        Self { from_rust: false, killed: true },
    ];
}

impl fmt::Display for Way {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let way = if self.from_rust { "Rust to Go" } else { "Go to Rust" };
        write!(f, "{way} by {}", if self.killed { "SIGKILL" } else { "SIGTERM" })
    }
}

/// Seconds from a signal to the first act of the next leader, for each hand-over.
#[derive(Debug, Default)]
pub(super) struct Tally {
    taken: Mutex<BTreeMap<Way, Vec<f64>>>,
}

impl Tally {
    /// How many of each kind are wanted.
    pub(super) const WANTED: usize = 50;

    pub(super) fn add(&self, way: Way, seconds: f64) {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        taken.entry(way).or_default().push(seconds);
    }

    /// Returns those of one kind, the shortest first.
    pub(super) fn of(&self, way: Way) -> Vec<f64> {
        let taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let mut seconds = taken.get(&way).cloned().unwrap_or_default();
        seconds.sort_by(f64::total_cmp);
        seconds
    }

    pub(super) fn is_enough(&self) -> bool {
        Way::ALL.iter().all(|way| self.of(*way).len() >= Self::WANTED)
    }
}

/// Writes the middle and the end of durations that are sorted.
pub(super) fn spread(sorted: &[f64]) -> String {
    let at =
        |part: usize| sorted.get(sorted.len().saturating_sub(1) * part / 100).copied().unwrap_or_default();
    format!("{} times, p50 {:.2} s, p99 {:.2} s, longest {:.2} s", sorted.len(), at(50), at(99), at(100))
}
