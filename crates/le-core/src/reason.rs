//! Why a leadership ended.

use std::fmt;

/// Why a leadership ended.
///
/// Losing leadership is an event with a reason, not an error: an elector goes on and competes again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum StopReason {
    /// The elector was told to stop, or to step down.
    ToldToStop,
    /// The right to lead ran out before it could be renewed: the API server was out of reach or too slow, or the process was
    /// paused.
    DeadlinePassed,
    /// Somebody else holds the lock now, or emptied it.
    Replaced,
    /// The lock was deleted, and somebody else made it anew.
    DeletedAndTaken,
    /// The lock was written under one's own identity by somebody else: two processes share one identity. Give each its own.
    IdentityUsedElsewhere,
    /// The reconciler could not begin its work, so the lock was given back.
    PromotionFailed,
}

impl StopReason {
    /// Every reason, for whoever shows them all from the start.
    pub const ALL: &'static [Self] = &[
        Self::ToldToStop,
        Self::DeadlinePassed,
        Self::Replaced,
        Self::DeletedAndTaken,
        Self::IdentityUsedElsewhere,
        Self::PromotionFailed,
    ];

    /// Returns the reason as one word in snake case, for logs and metrics; it will not change.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ToldToStop => "told_to_stop",
            Self::DeadlinePassed => "deadline_passed",
            Self::Replaced => "replaced",
            Self::DeletedAndTaken => "deleted_and_taken",
            Self::IdentityUsedElsewhere => "identity_used_elsewhere",
            Self::PromotionFailed => "promotion_failed",
        }
    }
}

impl fmt::Display for StopReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::ToldToStop => "told to stop",
            Self::DeadlinePassed => "deadline passed",
            Self::Replaced => "replaced",
            Self::DeletedAndTaken => "deleted and taken",
            Self::IdentityUsedElsewhere => "same identity used elsewhere",
            Self::PromotionFailed => "promotion failed",
        })
    }
}
