//! What the machine tells whoever drives it.

use std::time::Duration;

use le_core::{FencingToken, Moment, StopReason};

use super::request::AttemptId;

/// Something that happened, in the order in which it did.
///
/// Of one term: `Lead`, any number of `Renewed`, at most one `WindDown`, `End`. The next `Lead` comes only after
/// [`Machine::handle_drained`](crate::Machine::handle_drained).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event {
    /// A term begins: promote.
    Lead {
        /// The fencing token of the term.
        token: FencingToken,
        /// When the right ends unless it is renewed.
        deadline: Moment,
    },
    /// The right was renewed.
    Renewed {
        /// When the right ends unless it is renewed again.
        deadline: Moment,
    },
    /// The machine was told to stop: demote. The right is still renewed until the work has drained.
    WindDown,
    /// The term has ended, and the right with it: demote, unless that was done at `WindDown`.
    End {
        /// Why.
        reason: StopReason,
    },
    /// The attempt is given up: drop the request. Its reply counts for nothing any more.
    Abandon(AttemptId),
    /// The Lease was given back.
    Released,
    /// Something that a person should know.
    Notice(Notice),
    /// The machine has ended: it was told to stop, and is done.
    Finished,
}

impl Notice {
    /// One word for the kind of it.
    #[cfg(feature = "driver")]
    pub(crate) fn topic(&self) -> &'static str {
        match self {
            Self::IdentityUsedElsewhere { .. } => "identity used elsewhere",
            Self::LongDuration { .. } => "long duration",
            Self::NoDuration { .. } => "no duration",
            Self::DrainOverran { .. } => "drain overran",
            Self::StillDraining { .. } => "still draining",
            Self::NotReleased => "not released",
        }
    }
}

/// Something odd that does not end an election, and that a person should know.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Notice {
    /// Another process writes, or wrote, this Lease under one's own identity.
    #[error(
        "the lease is held under this replica's own identity {identity:?} by another process: give each its own"
    )]
    IdentityUsedElsewhere {
        /// The identity.
        identity: String,
    },
    /// A holder claims the Lease for far longer than one's own lease duration.
    #[error(
        "holder {holder:?} claims the lease for {blocks:?}: nobody else can lead until that has passed without a change"
    )]
    LongDuration {
        /// The holder.
        holder: String,
        /// How long its claim blocks others after its last change.
        blocks: Duration,
    },
    /// A held Lease has no usable duration, so one's own lease duration counts.
    #[error(
        "holder {holder:?} gives no usable leaseDurationSeconds: waiting for this replica's own lease duration instead"
    )]
    NoDuration {
        /// The holder.
        holder: String,
    },
    /// The work did not drain in time, so the right is no longer renewed and will run out.
    #[error(
        "the work did not drain within {bound:?}: the lease is not renewed any longer, and others take it when it runs out"
    )]
    DrainOverran {
        /// The drain bound.
        bound: Duration,
    },
    /// The work of a term that was lost still runs, so this replica does not compete for the Lease.
    #[error(
        "the work of a lost term still runs after {bound:?}: this replica does not compete for the lease until it has ended"
    )]
    StillDraining {
        /// The drain bound.
        bound: Duration,
    },
    /// The Lease could not be given back, so others wait until it runs out.
    #[error("the lease could not be released: others take it when it runs out")]
    NotReleased,
}
