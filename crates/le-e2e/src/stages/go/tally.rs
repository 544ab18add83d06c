//! How many hand-overs there were of each kind, and how long they took.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Mutex, PoisonError};

use super::history::Key;

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

/// A Lease that moved by a signal.
#[derive(Clone, Debug)]
pub(super) struct HandOver {
    pub(super) key: Key,
    /// Who led it.
    pub(super) leader: String,
    /// When the signal was sent.
    pub(super) at: f64,
    /// How many seconds later the next leader first acted.
    pub(super) seconds: f64,
}

/// Every hand-over.
#[derive(Debug, Default)]
pub(super) struct Tally {
    taken: Mutex<BTreeMap<Way, Vec<HandOver>>>,
}

impl Tally {
    /// How many of each kind are wanted.
    pub(super) const WANTED: usize = 50;

    pub(super) fn add(&self, way: Way, hand_over: HandOver) {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        taken.entry(way).or_default().push(hand_over);
    }

    /// Returns those of one kind, the shortest first.
    pub(super) fn of(&self, way: Way) -> Vec<HandOver> {
        let taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let mut all = taken.get(&way).cloned().unwrap_or_default();
        all.sort_by(|a, b| a.seconds.total_cmp(&b.seconds));
        all
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
