//! The machine's memory of what it wrote itself.

use std::collections::VecDeque;

use super::record::{Record, Version, WriteTime};

/// How many writes of unknown outcome are remembered. Those that replace the Lease are forgotten as soon as it was seen to have
/// moved on, so this many are only reached while every answer is lost.
const REMEMBERED: usize = 64;

/// The writes by which the machine knows its own hand: the one that the Lease carries now, and those that it may yet carry.
#[derive(Clone, Debug, Default)]
pub(crate) struct OwnWrites {
    last: Option<WriteTime>,
    applied: Option<OwnWrite>,
    /// The last one whose success was answered in time.
    answered: Option<WriteTime>,
    unsettled: VecDeque<OwnWrite>,
}

#[derive(Clone, Copy, Debug)]
struct OwnWrite {
    time: WriteTime,
    /// Whether it freed the Lease; all others hold it.
    frees: bool,
    /// The version that it was computed from; `None` when it creates the Lease.
    base: Option<Version>,
}

impl OwnWrites {
    /// Picks the time of a new write, different from that of every write before, and remembers it as unsettled.
    pub(crate) fn stamp(&mut self, wall: WriteTime, frees: bool, base: Option<Version>) -> WriteTime {
        let time = self.last.map_or(wall, |last| wall.max(last.next()));
        self.last = Some(time);
        if self.unsettled.len() == REMEMBERED {
            self.unsettled.pop_front();
        }
        self.unsettled.push_back(OwnWrite { time, frees, base });
        time
    }

    /// Tells whether the machine, which holds the Lease as `identity`, wrote what it carries, be it to hold it or to free it.
    pub(crate) fn made(&self, identity: &str, record: &Record) -> bool {
        self.find(identity, record).is_some()
    }

    /// Notes that the success of a write was answered in time.
    pub(crate) fn answered(&mut self, time: WriteTime) {
        self.answered = Some(time);
    }

    /// Tells whether the Lease carries a write that arrived without an answer.
    pub(crate) fn is_unanswered(&self, record: &Record) -> bool {
        record.renewed.is_some() && record.renewed != self.answered
    }

    /// Tells whether it was made anew by that.
    pub(crate) fn created(&self, identity: &str, record: &Record) -> bool {
        self.find(identity, record).is_some_and(|write| write.base.is_none())
    }

    /// Takes in the newest state of the Lease. What was computed from an older one can never show up any more: were it to, then
    /// somebody else wrote it again. A creation can, whenever the Lease is deleted.
    pub(crate) fn settle(&mut self, identity: &str, record: &Record) {
        self.applied = self.find(identity, record);
        let shown = self.applied.map(|write| write.time);
        self.unsettled.retain(|write| {
            Some(write.time) != shown && write.base.is_none_or(|base| base >= record.version)
        });
    }

    fn find(&self, identity: &str, record: &Record) -> Option<OwnWrite> {
        let frees = match record.holder() {
            None => true,
            Some(holder) if holder == identity => false,
            Some(_) => return None,
        };
        let same = |write: &&OwnWrite| Some(write.time) == record.renewed && write.frees == frees;
        self.applied.iter().chain(&self.unsettled).find(same).copied()
    }
}
