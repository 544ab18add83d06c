//! Why a set of names cannot be used.

use std::error::Error;
use std::fmt;

use crate::hash::SLOTS;

/// Why a set of bucket names cannot be used. Whoever gave the names must act.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum BucketSetError {
    /// There was no name, so no key would have a bucket.
    Empty,
    /// There were more names than slots, so some name would never find a free one.
    #[non_exhaustive]
    TooMany {
        /// The number of different names.
        count: usize,
    },
}

impl fmt::Display for BucketSetError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("no bucket names: give at least one"),
            Self::TooMany { count } => write!(f, "{count} bucket names: give at most {SLOTS}"),
        }
    }
}

impl Error for BucketSetError {}
