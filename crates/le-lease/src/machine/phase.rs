//! The phases of a machine, and the terms among them.

use le_core::{FencingToken, Moment};

/// What the machine is at.
#[derive(Clone, Debug)]
pub(crate) enum Phase {
    /// It competes for the Lease, or waits until it may.
    Waiting,
    /// It leads.
    Leading(Term),
    /// Its term has ended and its work has not: nothing is written until the work has drained.
    Draining,
    /// Its work has ended, and so has its right: it gives the Lease back.
    Releasing,
    /// It was told to stop, and has.
    Finished,
}

/// The term of a machine that leads.
#[derive(Clone, Debug)]
pub(crate) struct Term {
    pub(crate) token: FencingToken,
    /// When the right ends: the renew deadline after the last successful write was sent.
    pub(crate) deadline: Moment,
    pub(crate) renew_at: Moment,
    pub(crate) uid: String,
    /// Whether the work was told to wind down.
    pub(crate) winding_down: bool,
}
