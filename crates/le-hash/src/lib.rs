//! Maps object keys to buckets, bit for bit as Knative's Go code does, without a lock or an allocation.
//!
//! A [`BucketSet`] holds the names of the buckets among which all keys are divided. Every replica that holds the same names
//! gives a key to the same bucket, whatever language it is written in; when a name comes or goes, few keys move.
//!
//! ```
//! use le_core::NamespacedName;
//! use le_hash::BucketSet;
//!
//! let set = BucketSet::new(["task1", "task2", "task3"])?;
//! let key = NamespacedName::new("something", "another-key");
//! assert_eq!(set.owner(&key).as_str(), "task2");
//!
//! // A bucket is led as one, and asked of each key before the key is handled.
//! let ours = set.buckets().remove(1);
//! assert!(ours.has(&key));
//!
//! // The buckets follow their set.
//! set.update(["task1", "task3"])?;
//! assert!(!ours.has(&key));
//! # Ok::<(), le_hash::BucketSetError>(())
//! ```
//!
//! # How it works
//!
//! The names are put on a circle of 2048 slots, each where the 64-bit FNV-1a hash of its name and the key says, and the key
//! belongs to the first name from its own place onwards. Which slot that is depends on the low 11 bits of the hash only,
//! and so does every step on the way: a look-up carries 16 bits of each name's hash over the key, for many names at once,
//! from where the name alone has brought them. The whole hash is needed only for names that fall on one slot. Since two names
//! do that for every key or for none, the names in question are known when the set is made.

mod error;
mod set;
mod snapshot;
mod subset;

mod batch;
mod circle;
mod hash;
mod lanes;
mod owners;
mod prepared;
mod ranks;

pub use error::BucketSetError;
pub use set::BucketSet;
pub use snapshot::Snapshot;
pub use subset::choose_subset;
