//! The ready-made `LeaderAware`: the set of buckets that are led.

use std::fmt;
use std::future::Future;
use std::pin::Pin;

use async_trait::async_trait;
use tokio::sync::Notify;

use crate::{Bucket, BucketMap, Enqueue, LeaderAware, Leadership, NamespacedName, PromoteError};

type BoxFuture<T> = Pin<Box<dyn Future<Output = T> + Send>>;
type OnPromote = dyn Fn(Leadership, Option<Enqueue>) -> BoxFuture<Result<(), PromoteError>> + Send + Sync;
type OnDemote = dyn Fn(Bucket) -> BoxFuture<()> + Send + Sync;

/// Keeps the set of buckets that are led, and calls the functions given to it.
///
/// Questions take no lock and allocate nothing. The functions run without anything held, so they may ask it questions. A bucket
/// is in the set before the function for its promotion is called, and out of it before that for its demotion.
pub struct LedBuckets {
    led: BucketMap<Leadership>,
    changed: Notify,
    on_promote: Option<Box<OnPromote>>,
    on_demote: Option<Box<OnDemote>>,
}

impl LedBuckets {
    /// Makes an empty set without functions.
    pub fn new() -> Self {
        Self { led: BucketMap::new(), changed: Notify::new(), on_promote: None, on_demote: None }
    }

    /// Sets the function that begins the work on a bucket; see [`LeaderAware::promote`].
    #[must_use]
    pub fn on_promote<F, Fut>(mut self, promote: F) -> Self
    where
        F: Fn(Leadership, Option<Enqueue>) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<(), PromoteError>> + Send + 'static,
    {
        self.on_promote = Some(Box::new(move |leadership, enqueue| Box::pin(promote(leadership, enqueue))));
        self
    }

    /// Sets the function that ends the work on a bucket, and whose future completes when it has; see [`LeaderAware::demote`].
    #[must_use]
    pub fn on_demote<F, Fut>(mut self, demote: F) -> Self
    where
        F: Fn(Bucket) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = ()> + Send + 'static,
    {
        self.on_demote = Some(Box::new(move |bucket| Box::pin(demote(bucket))));
        self
    }

    /// Tells whether this replica leads the bucket of `key` at this very moment.
    pub fn is_leader_for(&self, key: &NamespacedName<'_>) -> bool {
        self.led.any(key, Leadership::is_valid)
    }

    /// Returns the valid leadership of the bucket of `key`, where this replica has it.
    pub fn leadership_for(&self, key: &NamespacedName<'_>) -> Option<Leadership> {
        self.led.find(key, Leadership::is_valid)
    }

    /// Returns the leaderships that are valid at this very moment.
    pub fn leaderships(&self) -> Vec<Leadership> {
        self.led.values().into_iter().filter(Leadership::is_valid).collect()
    }

    /// Waits until this replica leads the bucket of `key`.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future and asking again loses nothing.
    pub async fn until_leader_for(&self, key: &NamespacedName<'_>) -> Leadership {
        loop {
            let changed = self.changed.notified();
            if let Some(leadership) = self.leadership_for(key) {
                return leadership;
            }
            changed.await;
        }
    }

    fn remove(&self, bucket: &Bucket) {
        self.led.remove(bucket);
        self.changed.notify_waiters();
    }
}

impl Default for LedBuckets {
    fn default() -> Self {
        Self::new()
    }
}

#[async_trait]
impl LeaderAware for LedBuckets {
    async fn promote(&self, leadership: Leadership, enqueue: Option<Enqueue>) -> Result<(), PromoteError> {
        let bucket = leadership.bucket().clone();
        self.led.insert(bucket.clone(), leadership.clone());
        self.changed.notify_waiters();
        let Some(on_promote) = &self.on_promote else { return Ok(()) };
        let promoted = on_promote(leadership, enqueue).await;
        if promoted.is_err() {
            self.remove(&bucket);
        }
        promoted
    }

    async fn demote(&self, bucket: &Bucket) {
        self.remove(bucket);
        if let Some(on_demote) = &self.on_demote {
            on_demote(bucket.clone()).await;
        }
    }
}

impl fmt::Debug for LedBuckets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LedBuckets").field("led", &self.led).finish_non_exhaustive()
    }
}
