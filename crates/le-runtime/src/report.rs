//! What happens beside the reconciles, told to the outside.

use std::fmt;
use std::time::Duration;

use le_core::{BucketName, NamespacedName};

/// What happens beside the reconciles.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Report {
    /// A bucket was promoted, and its keys were put into the queue.
    #[non_exhaustive]
    Resynced {
        /// The bucket.
        bucket: BucketName,
        /// How many keys of it there are.
        keys: usize,
    },
    /// A reconcile was dropped because leadership of its bucket was lost.
    #[non_exhaustive]
    Cancelled {
        /// The bucket.
        bucket: BucketName,
        /// The key that was reconciled.
        key: NamespacedName<'static>,
    },
    /// A reconcile outlasted the drain bound, and is dropped at its next await. One that never awaits goes on, and keeps the
    /// demotion from ending: mend the reconciler.
    #[non_exhaustive]
    Outlasted {
        /// The bucket.
        bucket: BucketName,
        /// The key that is reconciled.
        key: NamespacedName<'static>,
    },
    /// The cache has not been filled yet, so nothing is reconciled here, and this replica does not compete for leadership.
    #[non_exhaustive]
    NotSynced {
        /// How long it has been waited for.
        waited: Duration,
    },
}

impl Report {
    pub(crate) fn log(&self) {
        match self {
            Self::Resynced { bucket, keys } => tracing::info!(%bucket, keys, "{self}"),
            Self::Cancelled { bucket, key } => tracing::warn!(%bucket, %key, "{self}"),
            Self::Outlasted { bucket, key } => tracing::error!(%bucket, %key, "{self}"),
            Self::NotSynced { waited } => tracing::warn!(?waited, "{self}"),
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Resynced { bucket, keys } => write!(f, "promoted bucket {bucket:?}: {keys} keys enqueued"),
            Self::Cancelled { bucket, key } => {
                write!(f, "dropped the reconcile of {key}: leadership of bucket {bucket:?} is lost")
            }
            Self::Outlasted { bucket, key } => write!(
                f,
                "the reconcile of {key} outlasted the drain of bucket {bucket:?}, and is dropped at its next await"
            ),
            Self::NotSynced { waited } => write!(
                f,
                "the cache is not filled after {waited:?}, and nothing is reconciled until it is: look for errors of the watch"
            ),
        }
    }
}
