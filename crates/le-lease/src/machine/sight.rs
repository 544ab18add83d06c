//! What is known of the Lease, and since when.

use le_core::Moment;

use super::record::{Record, Version};

/// What somebody saw of the Lease, without having been asked by the machine.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Sighting {
    /// The Lease as it is, from a watch or a list.
    Present(Record),
    /// The Lease was deleted; this is its last state, under the version of the deletion, or of the last write where that is told.
    Deleted(Record),
    /// A list that was asked for at `asked` does not have the Lease. It need not be a consistent one, but a stale one costs time.
    Absent {
        /// When the list was asked for.
        asked: Moment,
    },
}

/// Whether somebody tells the machine of changes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum WatchState {
    /// No: the machine reads the Lease itself, every retry period, until one is up.
    #[default]
    Down,
    /// Not yet, but soon: the list that begins a watch is under way. The very first is waited for, as long as an attempt may take.
    Starting,
    /// Yes: every change is told.
    Up,
}

/// The newest that is known of the Lease.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sight {
    pub(crate) state: State,
    /// Nothing of this version or an older one is news.
    floor: Version,
    /// When `state` last changed, or was last confirmed by a read.
    updated: Moment,
}

#[derive(Clone, Debug, Default)]
pub(crate) enum State {
    #[default]
    Unknown,
    Absent,
    Present(Record),
}

impl Sight {
    /// Returns the Lease, where it is known to exist.
    pub(crate) fn record(&self) -> Option<&Record> {
        match &self.state {
            State::Present(record) => Some(record),
            State::Unknown | State::Absent => None,
        }
    }

    /// Returns the Lease as far as is known.
    pub(crate) fn lease(&self) -> Option<Option<&Record>> {
        match &self.state {
            State::Unknown => None,
            State::Absent => Some(None),
            State::Present(record) => Some(Some(record)),
        }
    }

    /// Tells whether a version is news.
    pub(crate) fn is_news(&self, version: Version) -> bool {
        version > self.floor
    }

    /// Tells whether what was read by a consistent read that was sent at `sent` is newer, whatever its version: nothing else has
    /// come since. Versions fall only where a cluster was restored from a backup. What came at that very moment may be newer.
    pub(crate) fn is_older_than(&self, sent: Moment) -> bool {
        matches!(self.state, State::Unknown) || self.updated < sent
    }

    /// Takes over a record as the newest state.
    pub(crate) fn see(&mut self, now: Moment, record: Record) {
        self.floor = record.version;
        self.updated = now;
        self.state = State::Present(record);
    }

    /// Takes over that there is no Lease; `version` is that of the deletion, where it is known.
    pub(crate) fn see_absent(&mut self, now: Moment, version: Option<Version>) {
        self.floor = version.unwrap_or_default().max(self.floor);
        self.updated = now;
        self.state = State::Absent;
    }

    /// Notes that the state was read again, and is as known.
    pub(crate) fn confirm(&mut self, now: Moment) {
        self.updated = now;
    }
}
