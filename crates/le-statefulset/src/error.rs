//! Why the environment gives a pod no place among the replicas.

use thiserror::Error;

/// Why the environment gives a pod no place. Whoever wrote the StatefulSet's manifest must correct it.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum PlacementError {
    /// A variable that is required is not set.
    #[error(
        "{variable} is not set: set it for every pod of the StatefulSet, or no STATEFUL_* variable at all"
    )]
    Missing {
        /// The variable.
        variable: &'static str,
    },
    /// A variable is set to nothing.
    #[error("{variable} is set but empty: give it a value, or leave it out")]
    Empty {
        /// The variable.
        variable: &'static str,
    },
    /// Neither variable says which namespace the pod is in.
    #[error("neither SYSTEM_NAMESPACE nor POD_NAMESPACE is set: set one from metadata.namespace")]
    NoNamespace,
    /// The name of the pod does not end in a hyphen and an ordinal.
    #[error(
        "STATEFUL_CONTROLLER_ORDINAL {value:?} is not <set>-<ordinal>: {reason}; set it from metadata.name"
    )]
    NoOrdinal {
        /// The value of the variable.
        value: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// The ordinal has no bucket: the StatefulSet has more replicas than there are buckets.
    #[error(
        "ordinal {ordinal} is out of range [0, {buckets}): STATEFUL_CONTROLLER_ORDINAL {value:?} has no bucket; \
         raise the number of buckets or lower that of the replicas"
    )]
    OutOfRange {
        /// The ordinal.
        ordinal: u64,
        /// The number of buckets.
        buckets: u32,
        /// The value of the variable.
        value: String,
    },
    /// A value that becomes part of the bucket's address cannot be one.
    #[error("{variable} {value:?} is not {wanted}")]
    Invalid {
        /// The variable, or what was given in its place.
        variable: &'static str,
        /// Its value.
        value: String,
        /// What it must be.
        wanted: &'static str,
    },
    /// There are more buckets than keys can be divided among. The program or its ConfigMap must ask for fewer.
    #[error("{buckets} buckets are too many: ask for {most} or fewer")]
    TooManyBuckets {
        /// The number of buckets.
        buckets: u32,
        /// The most that there can be.
        most: usize,
    },
}
