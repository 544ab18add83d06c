//! The way of keys into a controller's queue.

use std::collections::HashSet;
use std::collections::hash_set::IntoIter;
use std::fmt;
use std::hash::Hash;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use futures::Stream;
use kube::Resource;
use kube::runtime::reflector::ObjectRef;

/// The keys that are to be reconciled, each once; given by [`Shard::new`](crate::Shard::new) to whoever has the work queue.
///
/// A key that waits here already is not taken in again. The stream never ends.
#[must_use = "keys are reconciled when the stream is given to a controller"]
pub struct Keys<K: Resource>
where
    K::DynamicType: Hash + Eq,
{
    queue: Arc<Queue<K>>,
    /// What was taken out of the queue at once.
    batch: IntoIter<ObjectRef<K>>,
}

/// Where keys wait until the stream is asked.
pub(super) struct Queue<K: Resource>
where
    K::DynamicType: Hash + Eq,
{
    waiting: Mutex<Waiting<K>>,
}

struct Waiting<K: Resource>
where
    K::DynamicType: Hash + Eq,
{
    keys: HashSet<ObjectRef<K>>,
    waker: Option<Waker>,
}

impl<K: Resource> Queue<K>
where
    K::DynamicType: Hash + Eq,
{
    pub(super) fn new() -> (Arc<Self>, Keys<K>) {
        let waiting = Waiting { keys: HashSet::new(), waker: None };
        let queue = Arc::new(Self { waiting: Mutex::new(waiting) });
        (Arc::clone(&queue), Keys { queue, batch: HashSet::new().into_iter() })
    }

    pub(super) fn push(&self, key: ObjectRef<K>) {
        let mut waiting = self.waiting();
        waiting.keys.insert(key);
        let waker = waiting.waker.take();
        drop(waiting);
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting<K>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<K: Resource> Stream for Keys<K>
where
    K::DynamicType: Hash + Eq,
{
    type Item = ObjectRef<K>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if let Some(key) = self.batch.next() {
            return Poll::Ready(Some(key));
        }
        let mut waiting = self.queue.waiting();
        let keys = std::mem::take(&mut waiting.keys);
        if keys.is_empty() {
            waiting.waker = Some(context.waker().clone());
            return Poll::Pending;
        }
        drop(waiting);
        self.batch = keys.into_iter();
        Poll::Ready(self.batch.next())
    }
}

// Nothing in it is pinned.
impl<K: Resource> Unpin for Keys<K> where K::DynamicType: Hash + Eq {}

impl<K: Resource> fmt::Debug for Keys<K>
where
    K::DynamicType: Hash + Eq,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Keys")
            .field("waiting", &(self.batch.len() + self.queue.waiting().keys.len()))
            .finish()
    }
}
