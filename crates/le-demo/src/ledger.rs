//! The books: what happened goes in, the verdict comes out. Reads no clock and does no I/O.

mod generations;
mod handovers;
mod hands;
mod records;
mod summary;

pub(crate) use generations::Generations;
pub(crate) use handovers::{Handover, Handovers, Kind};
pub(crate) use hands::Hands;
pub(crate) use records::{Records, Source, Written};
pub(crate) use summary::{Summary, Times};

use std::time::Duration;

/// Everything that is counted.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    pub(crate) hands: Hands,
    pub(crate) records: Records,
    pub(crate) generations: Generations,
    pub(crate) handovers: Handovers,
}

impl Ledger {
    /// Sums up.
    pub(crate) fn summary(&self) -> Summary {
        let times = |kind| {
            let durations: Vec<Duration> = self.handovers.done(kind).map(|done| done.took).collect();
            Times::new(self.handovers.leaders(kind), durations)
        };
        Summary {
            objects: self.generations.objects(),
            generations: self.generations.count(),
            overlapping: self.hands.overlaps().len() as u64,
            stale_writes: self.records.stale(),
            unhandled: self.generations.unhandled(),
            resynced: self.records.resynced(),
            handovers: summary::HandoverTimes { terminate: times(Kind::Terminate), kill: times(Kind::Kill) },
        }
    }
}
