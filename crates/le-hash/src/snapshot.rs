//! A set of buckets that does not change.

use std::fmt;

use le_core::{BucketName, NamespacedName};

use crate::BucketSetError;
use crate::hash::Key;
use crate::owners::Owners;
use crate::prepared::Prepared;

/// A [`BucketSet`](crate::BucketSet) as it was at one moment.
///
/// All its look-ups agree with each other, and they write to nothing that threads share: they are the fastest there are.
pub struct Snapshot {
    names: Box<[BucketName]>,
    /// By rank: the numbers that the names keep while others come and go.
    numbers: Box<[usize]>,
    prepared: Prepared,
}

impl Snapshot {
    pub(crate) fn new(names: impl IntoIterator<Item = impl AsRef<str>>) -> Result<Self, BucketSetError> {
        let mut names: Vec<BucketName> = names.into_iter().map(|name| name.as_ref().into()).collect();
        names.sort_unstable();
        names.dedup();
        if names.is_empty() {
            return Err(BucketSetError::Empty);
        }
        let prepared = Prepared::new(names.iter().map(BucketName::as_str))?;
        Ok(Self { numbers: (0..names.len()).collect(), names: names.into(), prepared })
    }

    /// Gives each name its number.
    pub(crate) fn numbered(mut self, number: impl FnMut(&BucketName) -> usize) -> Self {
        self.numbers = self.names.iter().map(number).collect();
        self
    }

    pub(crate) fn numbers(&self) -> &[usize] {
        &self.numbers
    }

    pub(crate) fn number_of_owner(&self, key: &NamespacedName<'_>) -> usize {
        self.numbers[self.prepared.owner(Key::of_object(key))]
    }

    /// Returns the name of the bucket that has this key.
    #[must_use]
    pub fn owner(&self, key: &NamespacedName<'_>) -> &BucketName {
        &self.names[self.prepared.owner(Key::of_object(key))]
    }

    /// Returns the names of the buckets that have these keys, in their order.
    ///
    /// For many keys this is faster than to ask for each alone: several are looked up side by side. It reads up to eight keys ahead.
    ///
    /// ```
    /// use le_core::NamespacedName;
    /// use le_hash::BucketSet;
    ///
    /// let set = BucketSet::new(["sun", "moon", "mars", "mercury"])?.snapshot();
    /// let keys = [NamespacedName::new("ns", "a"), NamespacedName::cluster("b")];
    /// let owners: Vec<_> = set.owners(&keys).collect();
    /// assert_eq!(owners, [set.owner(&keys[0]), set.owner(&keys[1])]);
    /// # Ok::<(), le_hash::BucketSetError>(())
    /// ```
    pub fn owners<'a, 'k>(
        &'a self,
        keys: impl IntoIterator<Item = &'k NamespacedName<'k>>,
    ) -> impl Iterator<Item = &'a BucketName> {
        Owners::new(&self.names, &self.prepared, keys.into_iter())
    }

    /// Returns the names of the set, in ascending byte order.
    #[must_use]
    pub fn names(&self) -> &[BucketName] {
        &self.names
    }

    /// Tells whether the set has a bucket of this name.
    #[must_use]
    pub fn contains(&self, name: &str) -> bool {
        self.names.binary_search_by(|other| other.as_str().cmp(name)).is_ok()
    }
}

impl fmt::Debug for Snapshot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Snapshot").field(&self.names).finish()
    }
}
