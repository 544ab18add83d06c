//! The way of keys into a controller's queue.

use std::collections::HashSet;
use std::collections::hash_set::IntoIter;
use std::hash::Hash;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::{fmt, mem};

use futures::Stream;
use kube::Resource;
use kube::runtime::reflector::{ObjectRef, Store};
use le_core::{Bucket, NamespacedName};

use super::walk::walk;
use crate::{Options, Report};

/// The keys that are to be reconciled, each once; given by [`Shard::new`](crate::Shard::new) to whoever has the work queue.
///
/// A key that waits here already is not taken in again. The cache is walked once for all buckets that were promoted since the
/// stream was asked last. The stream never ends.
#[must_use = "keys are reconciled when the stream is given to a controller"]
pub struct Keys<K: Resource + 'static>
where
    K::DynamicType: Hash + Eq,
{
    queue: Arc<Queue<K>>,
    /// What was taken out of the queue at once.
    batch: IntoIter<ObjectRef<K>>,
}

/// Where keys wait until the stream is asked.
pub(super) struct Queue<K: Resource + 'static>
where
    K::DynamicType: Hash + Eq,
{
    store: Store<K>,
    dyntype: K::DynamicType,
    options: Options,
    waiting: Mutex<Waiting<K>>,
}

struct Waiting<K: Resource + 'static>
where
    K::DynamicType: Hash + Eq,
{
    keys: HashSet<ObjectRef<K>>,
    /// The buckets of which all keys that the cache has are to be reconciled.
    buckets: Vec<Bucket>,
    waker: Option<Waker>,
}

impl<K> Queue<K>
where
    K: Resource + 'static,
    K::DynamicType: Hash + Eq + Clone,
{
    pub(super) fn new(store: Store<K>, dyntype: K::DynamicType, options: Options) -> (Arc<Self>, Keys<K>) {
        let waiting = Waiting { keys: HashSet::new(), buckets: Vec::new(), waker: None };
        let queue = Arc::new(Self { store, dyntype, options, waiting: Mutex::new(waiting) });
        (Arc::clone(&queue), Keys { queue, batch: HashSet::new().into_iter() })
    }

    pub(super) fn push(&self, key: NamespacedName<'_>) {
        let object = self.object_ref(key);
        self.put(|waiting| _ = waiting.keys.insert(object));
    }

    /// Puts in all keys of a bucket that the cache has when the stream is asked next.
    pub(super) fn push_all(&self, bucket: Bucket) {
        self.put(|waiting| {
            if !waiting.buckets.contains(&bucket) {
                waiting.buckets.push(bucket);
            }
        });
    }

    fn put(&self, put: impl FnOnce(&mut Waiting<K>)) {
        let mut waiting = self.waiting();
        put(&mut waiting);
        let waker = waiting.waker.take();
        drop(waiting);
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    fn object_ref(&self, key: NamespacedName<'_>) -> ObjectRef<K> {
        let (namespace, name) = key.into_parts();
        let mut object = ObjectRef::new_with("", self.dyntype.clone());
        object.name = name.into_owned();
        object.namespace = Some(namespace.into_owned()).filter(|namespace| !namespace.is_empty());
        object
    }
}

impl<K> Queue<K>
where
    K: Resource + Clone + 'static,
    K::DynamicType: Hash + Eq + Clone,
{
    /// Walks the cache for the keys of some buckets.
    fn look_up(&self, buckets: &[Bucket], keys: &mut HashSet<ObjectRef<K>>) {
        let mut counts = vec![0; buckets.len()];
        walk(&self.store, buckets, |index, key| {
            keys.insert(self.object_ref(key));
            counts[index] += 1;
        });
        for (bucket, keys) in buckets.iter().zip(counts) {
            self.options.report(Report::Resynced { bucket: bucket.name().clone(), keys });
        }
    }
}

impl<K: Resource + 'static> Queue<K>
where
    K::DynamicType: Hash + Eq,
{
    fn waiting(&self) -> MutexGuard<'_, Waiting<K>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<K> Stream for Keys<K>
where
    K: Resource + Clone + 'static,
    K::DynamicType: Hash + Eq + Clone,
{
    type Item = ObjectRef<K>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            if let Some(key) = self.batch.next() {
                return Poll::Ready(Some(key));
            }
            let mut waiting = self.queue.waiting();
            let (mut keys, buckets) = (mem::take(&mut waiting.keys), mem::take(&mut waiting.buckets));
            if keys.is_empty() && buckets.is_empty() {
                waiting.waker = Some(context.waker().clone());
                return Poll::Pending;
            }
            drop(waiting);
            if !buckets.is_empty() {
                self.queue.look_up(&buckets, &mut keys);
            }
            self.batch = keys.into_iter();
        }
    }
}

// Nothing in it is pinned.
impl<K: Resource + 'static> Unpin for Keys<K> where K::DynamicType: Hash + Eq {}

impl<K: Resource + 'static> fmt::Debug for Keys<K>
where
    K::DynamicType: Hash + Eq,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let waiting = self.queue.waiting();
        f.debug_struct("Keys")
            .field("waiting", &(self.batch.len() + waiting.keys.len()))
            .field("promoted", &waiting.buckets)
            .finish()
    }
}
