//! The machine's memory of what it wrote itself.

use std::collections::VecDeque;

use super::record::{Version, WriteTime};

/// How many writes of unknown outcome are remembered. Those that replace the Lease are forgotten as soon as it was seen to have
/// moved on, so this many are only reached while every answer is lost.
const REMEMBERED: usize = 64;

/// The writes by which the machine knows its own hand: the one that the Lease carries now, and those that it may yet carry.
#[derive(Clone, Debug, Default)]
pub(crate) struct OwnWrites {
    last: Option<WriteTime>,
    applied: Option<WriteTime>,
    unsettled: VecDeque<Unsettled>,
}

#[derive(Clone, Copy, Debug)]
struct Unsettled {
    time: WriteTime,
    /// The version that it was computed from; `None` when it creates the Lease.
    base: Option<Version>,
}

impl OwnWrites {
    /// Picks the time of a new write, different from that of every write before, and remembers it as unsettled.
    pub(crate) fn stamp(&mut self, wall: WriteTime, base: Option<Version>) -> WriteTime {
        let time = self.last.map_or(wall, |last| wall.max(last.next()));
        self.last = Some(time);
        if self.unsettled.len() == REMEMBERED {
            self.unsettled.pop_front();
        }
        self.unsettled.push_back(Unsettled { time, base });
        time
    }

    /// Takes in the newest state of the Lease. What was computed from an older one can never show up any more: were it to, then
    /// somebody else wrote it again. A creation can, whenever the Lease is deleted.
    pub(crate) fn settle(&mut self, version: Version, time: Option<WriteTime>) {
        self.applied = time.filter(|_| self.knows(time));
        let applied = self.applied;
        self.unsettled
            .retain(|write| Some(write.time) != applied && write.base.is_none_or(|base| base >= version));
    }

    /// Tells whether the machine wrote this.
    pub(crate) fn knows(&self, time: Option<WriteTime>) -> bool {
        time.is_some_and(|time| {
            self.applied == Some(time) || self.unsettled.iter().any(|write| write.time == time)
        })
    }

    /// Tells whether nothing was ever written.
    pub(crate) fn is_empty(&self) -> bool {
        self.last.is_none()
    }
}
