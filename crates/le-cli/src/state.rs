//! How a Lease stands, in one word, wherever it is shown.

use std::fmt;

use serde::{Serialize, Serializer};

use crate::LeaseView;

/// How a Lease stands. `kubectl le status` and the demo show these words, and no others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum LeaseState {
    /// Somebody holds it, and it was seen to be renewed, or may still be.
    Held,
    /// Nobody holds it.
    Free,
    /// It was not renewed for its whole duration.
    Expired,
    /// Its holder no longer lives, and nobody renews it.
    Gone,
    /// Something in it is odd.
    Malformed,
}

impl LeaseState {
    /// Every state.
    pub const ALL: &'static [Self] = &[Self::Held, Self::Free, Self::Expired, Self::Gone, Self::Malformed];

    /// Tells how a Lease stands, given whether it was seen not to be renewed for its whole duration, and whether its holder no longer
    /// lives and does not renew it.
    #[must_use]
    pub fn of(lease: &LeaseView, has_run_out: bool, is_holder_gone: bool) -> Self {
        if lease.problems.is_empty() {
            Self::beneath(lease, has_run_out, is_holder_gone)
        } else {
            Self::Malformed
        }
    }

    /// The same, whatever is odd in the Lease: one that is malformed may be held all the same.
    #[must_use]
    pub fn beneath(lease: &LeaseView, has_run_out: bool, is_holder_gone: bool) -> Self {
        if lease.holder.is_none() {
            Self::Free
        } else if has_run_out {
            Self::Expired
        } else if is_holder_gone {
            Self::Gone
        } else {
            Self::Held
        }
    }

    /// Returns the word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Held => "held",
            Self::Free => "free",
            Self::Expired => "expired",
            Self::Gone => "gone",
            Self::Malformed => "malformed",
        }
    }
}

impl fmt::Display for LeaseState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl Serialize for LeaseState {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}
