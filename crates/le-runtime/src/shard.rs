//! The share of a kind's objects that this replica reconciles.

mod filter;
mod queue;
mod session;
mod terms;
mod walk;

use std::collections::HashSet;
use std::fmt;
use std::hash::Hash;
use std::slice;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use kube::Resource;
use kube::runtime::reflector::Store;
use le_core::{Bucket, BucketName, Enqueue, LeaderAware, Leadership, NamespacedName, PromoteError};

use crate::{Options, Report};
use queue::Queue;
use terms::Terms;
use walk::walk;

pub use filter::Reconciling;
pub use queue::Keys;

#[cfg(feature = "controller")]
pub(crate) use filter::skip;

/// The share of a kind's objects that this replica reconciles: those whose buckets it leads. Cheap to clone.
///
/// It is told by an elector which buckets are led ([`LeaderAware`]), wraps a reconcile function and an error policy so that
/// only keys of those buckets are let through, and hands the keys of each bucket that is promoted to a work queue. A
/// [`Sharded`](crate::Sharded) is all of this around kube-runtime's `Controller`; with `kube_runtime::applier`, or a loop of
/// one's own, it is put together by hand:
///
/// ```
/// use std::convert::Infallible;
/// use std::sync::Arc;
/// use futures::{StreamExt, TryStreamExt};
/// use k8s_openapi::api::core::v1::ConfigMap;
/// use kube::runtime::{applier, controller::{Action, Config}, reflector};
/// use le_core::{Bucket, Elector, StandingElector};
/// use le_runtime::{Options, Shard};
/// use tokio_util::sync::CancellationToken;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # use kube::runtime::watcher::Event;
/// let (store, mut writer) = reflector::store::<ConfigMap>(); // filled by a watch
/// # let mut object = ConfigMap::default();
/// # object.metadata.name = Some("my-object".to_owned());
/// # object.metadata.namespace = Some("default".to_owned());
/// # [Event::Init, Event::InitApply(object), Event::InitDone].iter().for_each(|event| writer.apply_watcher_event(event));
/// let (shard, keys) = Shard::new(store.clone(), (), Options::default());
/// let reconcile = shard.reconciler(|object: Arc<ConfigMap>, _context: Arc<()>, leadership| async move {
///     println!("{:?} is ours, with bucket {}", object.metadata.name, leadership.bucket());
///     Ok::<_, Infallible>(Action::await_change())
/// });
/// let error_policy = shard.error_policy(|_, _: &Infallible, _| Action::await_change());
/// let queue = keys.map(Ok::<_, Infallible>); // beside the triggers of the watch
/// let results = applier(reconcile, error_policy, Arc::new(()), store, queue, Config::default());
///
/// // Any elector will do; this one has nobody to compete with.
/// let elector = StandingElector::new(Bucket::whole("all"), Arc::new(shard.clone()), Some(shard.enqueue()));
/// let stop = CancellationToken::new();
/// let election = tokio::spawn(Box::new(elector).run(stop.clone()));
///
/// let (reconciled, _) = std::pin::pin!(results).try_next().await?.expect("one object is in the store");
/// assert_eq!(reconciled.name, "my-object");
/// stop.cancel();
/// election.await??;
/// # Ok(())
/// # }
/// ```
pub struct Shard<K: Resource + 'static>
where
    K::DynamicType: Hash + Eq,
{
    inner: Arc<Inner<K>>,
}

struct Inner<K: Resource + 'static>
where
    K::DynamicType: Hash + Eq,
{
    store: Store<K>,
    queue: Arc<Queue<K>>,
    /// Puts keys into that queue.
    enqueue: Enqueue,
    terms: Terms,
    /// The buckets that were led before now, and so may have had keys skipped.
    known: Mutex<HashSet<BucketName>>,
}

impl<K> Shard<K>
where
    K: Resource + Clone + Send + Sync + 'static,
    K::DynamicType: Hash + Eq + Clone + Send + Sync,
{
    /// Makes a share of the objects in `store`, of which none is led yet, and the stream of the keys that it enqueues.
    ///
    /// `dyntype` is `()` for a kind that is known at compile time. The stream belongs into the queue whose reconcile function is
    /// wrapped by [`reconciler`](Self::reconciler).
    pub fn new(store: Store<K>, dyntype: K::DynamicType, options: Options) -> (Self, Keys<K>) {
        let (queue, keys) = Queue::new(store.clone(), dyntype, options.clone());
        let to = Arc::clone(&queue);
        let enqueue = Enqueue::new(move |_, key| to.push(key));
        let (terms, known) = (Terms::new(options), Mutex::default());
        (Self { inner: Arc::new(Inner { store, queue, enqueue, terms, known }) }, keys)
    }

    /// Returns the function that puts a key into the queue, to build an elector with.
    pub fn enqueue(&self) -> Enqueue {
        self.inner.enqueue.clone()
    }

    /// Tells whether the bucket of `object` is led here at this very moment.
    pub fn leads(&self, object: &K) -> bool {
        self.inner.terms.is_led(&key_of(object))
    }

    pub(crate) fn options(&self) -> &Options {
        self.inner.terms.options()
    }

    /// Puts the keys of a bucket into the queue.
    fn resync(&self, bucket: &Bucket, enqueue: &Enqueue) {
        if enqueue.is(&self.inner.enqueue) {
            return self.inner.queue.push_all(bucket.clone());
        }
        let mut keys = Vec::new();
        walk(&self.inner.store, slice::from_ref(bucket), |_, key| keys.push(key.into_owned()));
        self.options().report(Report::Resynced { bucket: bucket.name().clone(), keys: keys.len() });
        // Not while the store is walked, for nobody knows what an elector's function does.
        keys.into_iter().for_each(|key| enqueue.enqueue(bucket, key));
    }

    /// Remembers a bucket, and tells whether it is the first time.
    fn is_new(&self, bucket: &Bucket) -> bool {
        let mut known = self.inner.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.insert(bucket.name().clone())
    }
}

/// Promotion lets the bucket's keys through and enqueues those that the cache has, and demotion waits for the reconciles of
/// that bucket. See [`Sharded`](crate::Sharded) for the rules.
///
/// A cache that is not filled yet has no keys. It brings each of them itself when it is, and finds the bucket led.
#[async_trait]
impl<K> LeaderAware for Shard<K>
where
    K: Resource + Clone + Send + Sync + 'static,
    K::DynamicType: Hash + Eq + Clone + Send + Sync,
{
    async fn promote(&self, leadership: Leadership, enqueue: Option<Enqueue>) -> Result<(), PromoteError> {
        let bucket = leadership.bucket().clone();
        let is_new = self.is_new(&bucket);
        // Let through before the cache is read: whatever changes after that read comes by the watch, and finds the bucket led.
        self.inner.terms.begin(leadership);
        // Without an enqueue function the bucket was led from the start, so that nothing was skipped: unless this is not the
        // start.
        let enqueue = enqueue.or_else(|| (!is_new).then(|| self.enqueue()));
        if let Some(enqueue) = enqueue {
            self.resync(&bucket, &enqueue);
        }
        Ok(())
    }

    async fn demote(&self, bucket: &Bucket) {
        self.inner.terms.end(bucket).await;
    }
}

/// Returns the key of an object, which it borrows.
fn key_of<K: Resource>(object: &K) -> NamespacedName<'_> {
    let meta = object.meta();
    NamespacedName::new(
        meta.namespace.as_deref().unwrap_or_default(),
        meta.name.as_deref().unwrap_or_default(),
    )
}

impl<K: Resource> Clone for Shard<K>
where
    K::DynamicType: Hash + Eq,
{
    fn clone(&self) -> Self {
        Self { inner: Arc::clone(&self.inner) }
    }
}

impl<K: Resource> fmt::Debug for Shard<K>
where
    K::DynamicType: Hash + Eq,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shard").field("terms", &self.inner.terms).finish_non_exhaustive()
    }
}
