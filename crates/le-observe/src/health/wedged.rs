//! What a probe is told when something is wrong.

use std::time::Duration;

/// An election that goes on no more, and will not by itself.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Wedged {
    /// Its loop does not turn to its work.
    #[error(
        "the election of {bucket:?} stands still: it should have turned to its work {by:.1?} ago; look for work that blocks the \
         runtime's threads, for a CPU limit that is too low, and for a process that was stopped"
    )]
    #[non_exhaustive]
    StandsStill {
        /// The bucket.
        bucket: String,
        /// How late it is.
        by: Duration,
    },
    /// It believes that it leads, and its right has run out.
    #[error(
        "the election of {bucket:?} has not noticed that its right to lead ran out {by:.1?} ago; nothing is done under that right \
         any more; look for work that blocks the runtime's threads"
    )]
    #[non_exhaustive]
    LeadsTooLong {
        /// The bucket.
        bucket: String,
        /// How long ago its right ran out.
        by: Duration,
    },
    /// Nobody runs it any more.
    #[error(
        "the election of {bucket:?} is gone: its task has panicked, or its future was dropped before it had finished; look into \
         the log for a panic, and let the process end when an elector does"
    )]
    #[non_exhaustive]
    Gone {
        /// The bucket.
        bucket: String,
    },
}

/// Why a process takes no part in elections.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NotReady {
    /// No election has begun. That is so while a cache is filled; if it lasts, the builder of the electors was not given the observers.
    #[error(
        "no election has begun: either what comes before takes its time, or the builder does not know the observers"
    )]
    NotBegun,
    /// All elections were told to stop, and have finished.
    #[error("all elections were stopped, and have finished")]
    Finished,
    /// An election is wedged.
    #[error(transparent)]
    Wedged(#[from] Wedged),
}
