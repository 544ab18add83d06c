//! The machine's memory of what it wrote itself.

use std::collections::VecDeque;

use super::record::WriteTime;

/// How many writes of unknown outcome are remembered. A write can only be applied late while the version that it was computed
/// from is still the newest, so more than a few never matter.
const REMEMBERED: usize = 64;

/// The writes by which the machine knows its own hand: the last that succeeded, and those whose outcome is not known.
#[derive(Clone, Debug, Default)]
pub(crate) struct OwnWrites {
    last: Option<WriteTime>,
    applied: Option<WriteTime>,
    unsettled: VecDeque<WriteTime>,
}

impl OwnWrites {
    /// Picks the time of a new write, different from that of every write before, and remembers it as unsettled.
    pub(crate) fn stamp(&mut self, wall: WriteTime) -> WriteTime {
        let time = self.last.map_or(wall, |last| wall.max(last.next()));
        self.last = Some(time);
        if self.unsettled.len() == REMEMBERED {
            self.unsettled.pop_front();
        }
        self.unsettled.push_back(time);
        time
    }

    /// Notes that a write was applied.
    pub(crate) fn applied(&mut self, time: WriteTime) {
        self.unsettled.retain(|unsettled| *unsettled != time);
        self.applied = Some(time);
    }

    /// Tells whether the machine wrote this.
    pub(crate) fn knows(&self, time: Option<WriteTime>) -> bool {
        time.is_some_and(|time| self.applied == Some(time) || self.unsettled.contains(&time))
    }

    /// Tells whether nothing was ever written.
    pub(crate) fn is_empty(&self) -> bool {
        self.last.is_none()
    }
}
