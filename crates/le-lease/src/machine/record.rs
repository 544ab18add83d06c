//! A Lease as the machine sees it.

use std::fmt;

/// The resourceVersion of a Lease, as the number that it is.
///
/// The API server numbers all writes of a cluster in one ascending row, across deletion too. That makes it the order in which
/// facts are taken, and the fencing token of the term that a write began.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version(u64);

impl Version {
    /// Wraps a number.
    pub const fn new(version: u64) -> Self {
        Self(version)
    }

    /// Reads the text of a resourceVersion; `None` when it is no number.
    pub fn parse(text: &str) -> Option<Self> {
        text.parse().ok().map(Self)
    }

    /// Returns the number.
    pub const fn get(self) -> u64 {
        self.0
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

/// The time that a write carries in `renewTime`, in microseconds since 1970 on the writer's wall clock.
///
/// It is for people to read. The machine only ever compares it for equality, to know its own writes again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct WriteTime(i64);

impl WriteTime {
    /// Wraps microseconds since 1970.
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    /// Returns the microseconds since 1970.
    pub const fn as_micros(self) -> i64 {
        self.0
    }

    /// Returns the next time that can be told apart from this one.
    pub(crate) const fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }
}

/// What the machine needs to know of a Lease that was read. Whatever is odd in it is kept as it is, and judged by the machine.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "whoever brings a transport of their own makes these")]
pub struct Record {
    /// `metadata.resourceVersion`.
    pub version: Version,
    /// `metadata.uid`: another one tells that the Lease was deleted and made anew.
    pub uid: String,
    /// `spec.holderIdentity`; absent and empty both mean that the Lease is free.
    pub holder: Option<String>,
    /// `spec.leaseDurationSeconds`.
    pub duration_seconds: Option<i32>,
    /// `spec.leaseTransitions`.
    pub transitions: Option<i32>,
    /// `spec.renewTime`, where it can be read.
    pub renewed: Option<WriteTime>,
}

impl Record {
    /// Returns the holder; `None` when the Lease is free.
    pub fn holder(&self) -> Option<&str> {
        self.holder.as_deref().filter(|holder| !holder.is_empty())
    }

    /// Returns how often the holder has changed, with whatever cannot be a count read as zero.
    pub(crate) fn transitions(&self) -> i32 {
        self.transitions.unwrap_or(0).max(0)
    }

    /// Tells whether `other` carries the same write, whatever else changed around it.
    pub(crate) fn same_write(&self, other: &Self) -> bool {
        self.uid == other.uid
            && self.holder() == other.holder()
            && self.renewed.is_some()
            && self.renewed == other.renewed
            && self.duration_seconds == other.duration_seconds
    }
}
