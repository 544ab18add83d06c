//! The set of buckets that is shared, and can be changed while it is in use.

use std::fmt;
use std::sync::Arc;

use arc_swap::ArcSwap;
use le_core::{Bucket, BucketName, Membership, NamespacedName};

use crate::hash::SLOTS;
use crate::{BucketSetError, Snapshot};

/// A set of bucket names among which all keys are divided.
///
/// A clone is a handle to the same set. Any number of threads may look keys up while another one changes the names: a
/// look-up takes no lock, allocates nothing but a little once per thread, and sees the old names or the new ones, never a mix.
#[derive(Clone)]
pub struct BucketSet(Arc<ArcSwap<Snapshot>>);

impl BucketSet {
    /// The most names that a set can hold.
    pub const MAX_NAMES: usize = SLOTS;

    /// Makes a set of these names; one that is given twice counts once.
    ///
    /// # Errors
    ///
    /// [`BucketSetError`], when there is no name or there are more than [`MAX_NAMES`](Self::MAX_NAMES).
    pub fn new(names: impl IntoIterator<Item = impl AsRef<str>>) -> Result<Self, BucketSetError> {
        Ok(Self(Arc::new(ArcSwap::from_pointee(Snapshot::new(names)?))))
    }

    /// Replaces the names of the set, for every handle to it and for its buckets.
    ///
    /// A bucket whose name is no longer in the set has no keys from then on.
    ///
    /// # Errors
    ///
    /// [`BucketSetError`], as for [`new`](Self::new); the set then stays as it was.
    pub fn update(&self, names: impl IntoIterator<Item = impl AsRef<str>>) -> Result<(), BucketSetError> {
        self.0.store(Arc::new(Snapshot::new(names)?));
        Ok(())
    }

    /// Returns the name of the bucket that has this key.
    ///
    /// The name is counted for the caller, as a clone of it is. Where many threads ask at a high rate, that counting is felt:
    /// [`Bucket::has`] and [`Snapshot::owner`] do without.
    #[must_use]
    pub fn owner(&self, key: &NamespacedName<'_>) -> BucketName {
        self.0.load().owner(key).clone()
    }

    /// Returns the names of the set, in ascending byte order.
    #[must_use]
    pub fn names(&self) -> Vec<BucketName> {
        self.0.load().names().to_vec()
    }

    /// Tells whether the set has a bucket of this name.
    #[must_use]
    pub fn contains(&self, name: &str) -> bool {
        self.0.load().contains(name)
    }

    /// Returns the buckets of the set, sorted by name.
    ///
    /// They follow the set when it is updated. Those of names that come later are not among them.
    #[must_use]
    pub fn buckets(&self) -> Vec<Bucket> {
        let bucket =
            |name: BucketName| Bucket::new(name.clone(), Arc::new(Member { name, set: self.clone() }));
        self.names().into_iter().map(bucket).collect()
    }

    /// Returns the set as it is now, for look-ups that are to agree with each other.
    #[must_use]
    pub fn snapshot(&self) -> Arc<Snapshot> {
        self.0.load_full()
    }
}

impl fmt::Debug for BucketSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("BucketSet").field(&self.0.load().names()).finish()
    }
}

/// One name of a set, whether it still is in it or not.
#[derive(Debug)]
struct Member {
    name: BucketName,
    set: BucketSet,
}

impl Membership for Member {
    fn has(&self, key: &NamespacedName<'_>) -> bool {
        self.set.0.load().owner(key) == &self.name
    }
}
