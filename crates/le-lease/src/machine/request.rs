//! What the machine asks of the API server, and what can come back.

use le_config::HolderIdentity;
use le_core::Moment;

use super::record::{Record, Version, WriteTime};

/// Names one attempt, so that a late reply is not taken for that of another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct AttemptId(pub(crate) u64);

/// One request to be sent at once. Its right counts from the moment at which it was handed out.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
#[must_use = "the machine believes that the request is under way"]
pub struct Attempt {
    /// To be handed back with the reply.
    pub id: AttemptId,
    /// What to send.
    pub request: Request,
    /// When the machine gives up waiting and asks for something else.
    pub give_up: Moment,
}

/// A request about the one Lease that a machine is for.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Request {
    /// Read the Lease: a consistent read, from no cache.
    Get,
    /// Create the Lease.
    Create(Write),
    /// Replace the Lease by a PUT under `base` as its resourceVersion. Everything that the object of that version holds and
    /// [`Write`] does not name is kept.
    Update {
        /// The resourceVersion of the object that the write was computed from.
        base: Version,
        /// What to write.
        write: Write,
    },
}

/// What goes into the spec of the Lease.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Write {
    /// What the write is for.
    pub purpose: Purpose,
    /// `holderIdentity`; `None` is written as the empty text.
    pub holder: Option<HolderIdentity>,
    /// `leaseDurationSeconds`.
    pub duration_seconds: i32,
    /// `leaseTransitions`.
    pub transitions: i32,
    /// `renewTime`; `acquireTime` too, unless the purpose is to renew.
    pub time: WriteTime,
}

/// What a write is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Purpose {
    /// To begin a term.
    Acquire,
    /// To go on with a term.
    Renew,
    /// To free the Lease.
    Release,
}

/// What came of an attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reply {
    /// The write was applied; the Lease as the server answered it.
    Written(Record),
    /// The Lease was read.
    Found(Record),
    /// There is no such Lease: the answer to a read or to an update.
    NotFound,
    /// Somebody else wrote first: the answer to an update under an old version, or to the creation of what exists.
    Conflict,
    /// The request was certainly not applied: forbidden, invalid, too many requests.
    Refused,
    /// Nobody knows: no answer, one that makes no sense, or an error after which the write may be applied, now or later.
    Unknown,
}
