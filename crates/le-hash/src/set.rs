//! The set of buckets that is shared, and can be changed while it is in use.

use std::collections::HashMap;
use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use arc_swap::ArcSwap;
use le_core::{Bucket, BucketName, Division, NamespacedName};

use crate::hash::SLOTS;
use crate::{BucketSetError, Snapshot};

/// A set of bucket names among which all keys are divided.
///
/// A clone is a handle to the same set. Any number of threads may look keys up while another one changes the names: a
/// look-up takes no lock, allocates nothing but a little once per thread, and sees the old names or the new ones, never a mix.
#[derive(Clone)]
pub struct BucketSet(Arc<Shared>);

/// What the handles to a set share.
struct Shared {
    /// The names that the set was made with.
    first: Arc<Snapshot>,
    /// Most sets keep their names, and to know so is much cheaper than to take hold of what may be replaced.
    is_first: AtomicBool,
    now: ArcSwap<Snapshot>,
    /// The number of every name that was ever in the set.
    numbers: Mutex<Numbers>,
}

type Numbers = HashMap<BucketName, usize>;

impl BucketSet {
    /// The most names that a set can hold.
    pub const MAX_NAMES: usize = SLOTS;

    /// Makes a set of these names; one that is given twice counts once.
    ///
    /// # Errors
    ///
    /// [`BucketSetError`], when there is no name or there are more than [`MAX_NAMES`](Self::MAX_NAMES).
    pub fn new(names: impl IntoIterator<Item = impl AsRef<str>>) -> Result<Self, BucketSetError> {
        let mut numbers = Numbers::new();
        let first = Arc::new(Snapshot::new(names)?.numbered(|name| number(&mut numbers, name)));
        let (is_first, now) = (AtomicBool::new(true), ArcSwap::new(Arc::clone(&first)));
        Ok(Self(Arc::new(Shared { first, is_first, now, numbers: Mutex::new(numbers) })))
    }

    /// Replaces the names of the set, for every handle to it and for its buckets.
    ///
    /// A bucket whose name is no longer in the set has no keys from then on.
    ///
    /// # Errors
    ///
    /// [`BucketSetError`], as for [`new`](Self::new); the set then stays as it was.
    pub fn update(&self, names: impl IntoIterator<Item = impl AsRef<str>>) -> Result<(), BucketSetError> {
        let snapshot = Snapshot::new(names)?;
        let mut numbers = self.0.numbers.lock().unwrap_or_else(PoisonError::into_inner);
        self.0.now.store(Arc::new(snapshot.numbered(|name| number(&mut numbers, name))));
        self.0.is_first.store(false, Ordering::Release);
        Ok(())
    }

    /// Returns the name of the bucket that has this key.
    ///
    /// The name is counted for the caller, as a clone of it is. Where many threads ask at a high rate, that counting is felt:
    /// [`Bucket::has`] and [`Snapshot::owner`] do without.
    #[must_use]
    pub fn owner(&self, key: &NamespacedName<'_>) -> BucketName {
        self.0.now.load().owner(key).clone()
    }

    /// Returns the names of the set, in ascending byte order.
    #[must_use]
    pub fn names(&self) -> Vec<BucketName> {
        self.0.now.load().names().to_vec()
    }

    /// Tells whether the set has a bucket of this name.
    #[must_use]
    pub fn contains(&self, name: &str) -> bool {
        self.0.now.load().contains(name)
    }

    /// Returns the buckets of the set, sorted by name.
    ///
    /// They follow the set when it is updated. Those of names that come later are not among them.
    #[must_use]
    pub fn buckets(&self) -> Vec<Bucket> {
        let (division, now): (Arc<dyn Division>, _) = (Arc::clone(&self.0) as _, self.0.now.load());
        let numbered = now.names().iter().zip(now.numbers());
        numbered.map(|(name, number)| Bucket::part(name.clone(), Arc::clone(&division), *number)).collect()
    }

    /// Returns the set as it is now, for look-ups that are to agree with each other.
    #[must_use]
    pub fn snapshot(&self) -> Arc<Snapshot> {
        self.0.now.load_full()
    }
}

impl fmt::Debug for BucketSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("BucketSet").field(&self.0.now.load().names()).finish()
    }
}

impl Division for Shared {
    fn part(&self, key: &NamespacedName<'_>) -> usize {
        if self.is_first.load(Ordering::Acquire) {
            self.first.number_of_owner(key)
        } else {
            self.now.load().number_of_owner(key)
        }
    }
}

impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.now.load().fmt(f)
    }
}

/// Returns the number that a name has for good: the one that it had before, or else the next.
fn number(numbers: &mut Numbers, name: &BucketName) -> usize {
    let next = numbers.len();
    *numbers.entry(name.clone()).or_insert(next)
}
