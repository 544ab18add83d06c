//! The walk over a cache.

use std::cell::RefCell;
use std::hash::Hash;

use kube::Resource;
use kube::runtime::reflector::Store;
use le_core::{Bucket, BucketMap, NamespacedName};

use super::key_of;

/// Calls `found` with the key of each object of these buckets, and the index of its bucket: one walk, and one hash for each
/// object, however many buckets there are.
///
/// The store cannot be written meanwhile.
pub(super) fn walk<K>(store: &Store<K>, buckets: &[Bucket], found: impl FnMut(usize, NamespacedName<'_>))
where
    K: Resource + Clone + 'static,
    K::DynamicType: Hash + Eq + Clone,
{
    let indexes: BucketMap<usize> = buckets.iter().cloned().zip(0..).collect();
    let found = RefCell::new(found);
    // It finds none: this is the one way to walk a store without a copy of all that it holds.
    let _ = store.find(|object| {
        let key = key_of(object);
        if let Some(index) = indexes.find(&key, |_| true) {
            (found.borrow_mut())(index, key);
        }
        false
    });
}
