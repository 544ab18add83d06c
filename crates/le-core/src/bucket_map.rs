//! Something for each of some buckets, found by a key.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use arc_swap::{ArcSwap, Cache};

use crate::bucket::Keys;
use crate::{Bucket, BucketName, Division, NamespacedName};

/// Holds a value for each of some buckets, and finds that of a key's bucket.
///
/// However many parts of one [`Division`] are in it, a look-up asks the division once. It takes no lock and allocates nothing,
/// and it sees the map before a change or after it. `T` should be cheap to clone. A clone of the map is a handle to the same map.
pub struct BucketMap<T>(Arc<ArcSwap<Table<T>>>);

/// Looks up in a [`BucketMap`], for whoever does nothing else: it keeps the map at hand, and reads one atomic to see whether that
/// is still the map.
pub struct BucketReader<T>(Cache<Arc<ArcSwap<Table<T>>>, Arc<Table<T>>>);

/// The map as it was at one moment.
struct Table<T> {
    buckets: BTreeMap<BucketName, (Bucket, T)>,
    /// The buckets that are asked one by one.
    alone: Vec<(Bucket, T)>,
    divisions: Vec<Parts<T>>,
}

/// The parts of one division that are in the map.
struct Parts<T> {
    division: Arc<dyn Division>,
    /// Sorted by number.
    values: Vec<(usize, T)>,
}

impl<T> BucketMap<T> {
    /// Tells whether the map has a value that fits for a bucket of `key`.
    pub fn any(&self, key: &NamespacedName<'_>, fits: impl Fn(&T) -> bool) -> bool {
        self.0.load().find(key, fits).is_some()
    }
}

impl<T: Clone> BucketMap<T> {
    /// Makes an empty map.
    pub fn new() -> Self {
        Self(Arc::new(ArcSwap::from_pointee(Table::new(BTreeMap::new()))))
    }

    /// Puts a value in for a bucket, in place of the one that it had.
    pub fn insert(&self, bucket: Bucket, value: T) {
        self.0.rcu(|table| {
            let mut buckets = table.buckets.clone();
            buckets.insert(bucket.name().clone(), (bucket.clone(), value.clone()));
            Table::new(buckets)
        });
    }

    /// Takes the value of a bucket out, and returns it.
    pub fn remove(&self, bucket: &Bucket) -> Option<T> {
        let before = self.0.rcu(|table| {
            let mut buckets = table.buckets.clone();
            buckets.remove(bucket.name());
            Table::new(buckets)
        });
        before.buckets.get(bucket.name()).map(|(_, value)| value.clone())
    }

    /// Returns a value that fits, of a bucket that has `key`.
    pub fn find(&self, key: &NamespacedName<'_>, fits: impl Fn(&T) -> bool) -> Option<T> {
        self.0.load().find(key, fits).cloned()
    }

    /// Returns a reader of the map.
    pub fn reader(&self) -> BucketReader<T> {
        BucketReader(Cache::new(Arc::clone(&self.0)))
    }

    /// Returns all values, in the order of their buckets' names.
    pub fn values(&self) -> Vec<T> {
        self.0.load().buckets.values().map(|(_, value)| value.clone()).collect()
    }
}

impl<T: Clone> FromIterator<(Bucket, T)> for BucketMap<T> {
    fn from_iter<I: IntoIterator<Item = (Bucket, T)>>(values: I) -> Self {
        let named = |(bucket, value): (Bucket, T)| (bucket.name().clone(), (bucket, value));
        Self(Arc::new(ArcSwap::from_pointee(Table::new(values.into_iter().map(named).collect()))))
    }
}

impl<T> BucketReader<T> {
    /// Returns a value that fits, of a bucket that has `key`.
    pub fn find(&mut self, key: &NamespacedName<'_>, fits: impl Fn(&T) -> bool) -> Option<&T> {
        self.0.load().find(key, fits)
    }
}

impl<T> Table<T> {
    fn find(&self, key: &NamespacedName<'_>, fits: impl Fn(&T) -> bool) -> Option<&T> {
        let of_parts = self.divisions.iter().flat_map(|parts| parts.of_key(key));
        let alone = self.alone.iter().filter(|(bucket, _)| bucket.has(key)).map(|(_, value)| value);
        of_parts.chain(alone).find(|value| fits(value))
    }
}

impl<T: Clone> Table<T> {
    fn new(buckets: BTreeMap<BucketName, (Bucket, T)>) -> Self {
        let (mut alone, mut divisions) = (Vec::new(), Vec::new());
        for (bucket, value) in buckets.values() {
            match bucket.keys() {
                Keys::Part(division, part) => Parts::of(division, &mut divisions).set(*part, value.clone()),
                Keys::All | Keys::Members(_) => alone.push((bucket.clone(), value.clone())),
            }
        }
        Self { buckets, alone, divisions }
    }
}

impl<T> Parts<T> {
    /// Finds the parts of a division, or makes room for them.
    fn of<'a>(division: &Arc<dyn Division>, all: &'a mut Vec<Self>) -> &'a mut Self {
        let known = all.iter().position(|parts| is_same(&parts.division, division));
        let index = known.unwrap_or_else(|| {
            all.push(Self { division: Arc::clone(division), values: Vec::new() });
            all.len() - 1
        });
        &mut all[index]
    }

    fn set(&mut self, part: usize, value: T) {
        let index = self.values.partition_point(|(other, _)| *other < part);
        self.values.insert(index, (part, value));
    }

    /// Asks the division, and returns what there is for its answer: one value, unless buckets of two names are one part.
    fn of_key(&self, key: &NamespacedName<'_>) -> impl Iterator<Item = &T> {
        let part = self.division.part(key);
        let begin = self.values.partition_point(|(other, _)| *other < part);
        self.values[begin..].iter().take_while(move |(other, _)| *other == part).map(|(_, value)| value)
    }
}

/// Tells whether both are one object, whatever it looks like from the outside.
fn is_same(one: &Arc<dyn Division>, other: &Arc<dyn Division>) -> bool {
    std::ptr::addr_eq(Arc::as_ptr(one), Arc::as_ptr(other))
}

impl<T: Clone> Default for BucketMap<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T> Clone for BucketMap<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T> Clone for BucketReader<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<T> fmt::Debug for BucketReader<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("BucketReader")
    }
}

impl<T: fmt::Debug> fmt::Debug for BucketMap<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let table = self.0.load();
        f.debug_map().entries(table.buckets.iter().map(|(name, (_, value))| (name, value))).finish()
    }
}
