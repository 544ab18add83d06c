//! The things that happen to a candidate, as values.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::{FencingToken, Moment, NamespacedName, StopReason};

/// How a term was won: what the lock was when it was taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Won {
    /// The lock was there and had never been held.
    Free,
    /// Whoever held it before had given it back.
    Released,
    /// Somebody held it, and their claim had run out.
    Expired,
    /// There was no lock: it was made.
    Created,
    /// There is no lock to win: the bucket is led from the start.
    Standing,
}

impl Won {
    /// Every way, for whoever shows them all from the start.
    pub const ALL: &'static [Self] =
        &[Self::Free, Self::Released, Self::Expired, Self::Created, Self::Standing];

    /// Returns the way as one word in snake case, for logs and metrics; it will not change.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Free => "free",
            Self::Released => "released",
            Self::Expired => "expired",
            Self::Created => "created",
            Self::Standing => "standing",
        }
    }
}

impl fmt::Display for Won {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Why nothing came of an attempt to read or write the lock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FailReason {
    /// There was no answer in time.
    TimedOut,
    /// The server could not be reached, or failed.
    Unreachable,
    /// The server asks for fewer requests.
    Throttled,
    /// Somebody else wrote first, or deleted the lock. Several who compete for one lock do so by the way.
    Conflict,
    /// The server does not let this replica in.
    Forbidden,
    /// The server does not know who asks.
    Unauthorized,
    /// There is no such namespace, or it is being deleted.
    NoNamespace,
    /// The server, or an admission webhook, refuses what is written.
    Invalid,
    /// The answer makes no sense.
    Unreadable,
}

impl FailReason {
    /// Every reason, for whoever shows them all from the start.
    pub const ALL: &'static [Self] = &[
        Self::TimedOut,
        Self::Unreachable,
        Self::Throttled,
        Self::Conflict,
        Self::Forbidden,
        Self::Unauthorized,
        Self::NoNamespace,
        Self::Invalid,
        Self::Unreadable,
    ];

    /// Returns the reason as one word in snake case, for logs and metrics; it will not change.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::TimedOut => "timed_out",
            Self::Unreachable => "unreachable",
            Self::Throttled => "throttled",
            Self::Conflict => "conflict",
            Self::Forbidden => "forbidden",
            Self::Unauthorized => "unauthorized",
            Self::NoNamespace => "no_namespace",
            Self::Invalid => "invalid",
            Self::Unreadable => "unreadable",
        }
    }
}

impl fmt::Display for FailReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A term began.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Began {
    /// The fencing token of the term.
    pub token: FencingToken,
    /// How it was won.
    pub won: Won,
    /// How long before another leader was last seen to be alive: its last renewal, its release, or the deletion of its lock,
    /// counted on one's own clock from when it was seen. `None` where no other was seen since one's own last term.
    pub vacant: Option<Duration>,
}

/// A term ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Stopped {
    /// Why.
    pub reason: StopReason,
    /// How long the term lasted.
    pub led: Duration,
    /// How much of the right was left; `None` where it does not run out by itself.
    pub left: Option<Duration>,
}

/// The right of a term was renewed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Renewed {
    /// How long the request took.
    pub latency: Duration,
    /// How long the right would have held on without it.
    pub margin: Duration,
}

/// Nothing came of an attempt to read or write the lock; it is made again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct AttemptFailed {
    /// Why.
    pub reason: FailReason,
    /// How long the request took, or was waited for.
    pub latency: Duration,
}

/// Another leader than before, or none.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct LeaderSeen {
    /// Who holds the lock, be it oneself; `None` when nobody does. A holder that is gone is named until somebody takes the lock.
    pub identity: Option<Arc<str>>,
    /// When that was seen, on the candidate's own clock.
    pub since: Moment,
}

/// The work of a term has ended.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Drained {
    /// How long that took from when the work was told to wind down.
    pub took: Duration,
    /// The keys that were in hand last, the newest last and ten at most, where the work said so
    /// ([`Leadership::note_drained`](crate::Leadership::note_drained)).
    pub last: Vec<NamespacedName<'static>>,
}
