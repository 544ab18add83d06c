//! Whoever is told that leadership begins and ends.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;

use crate::{Bucket, Leadership, NamespacedName, PromoteError};

/// Told when leadership of a bucket begins and when it ends: a reconciler, usually.
///
/// Every promotion is followed by exactly one demotion of the same bucket, except one that returned an error. A bucket is never
/// promoted twice without a demotion between, and different buckets are promoted and demoted side by side.
#[async_trait]
pub trait LeaderAware: Send + Sync {
    /// Begins the work on a bucket. Answers by enqueuing every key that it knows and the bucket has, so that nothing which
    /// happened before the promotion is missed.
    ///
    /// Without `enqueue` there is nothing to make up for: the bucket was led from the start.
    ///
    /// # Errors
    ///
    /// [`PromoteError`] when the work cannot begin. The elector then gives the bucket back, reports the error, and waits before
    /// it competes for the bucket again.
    ///
    /// # Cancel safety
    ///
    /// The future is dropped when leadership ends while it still runs; `demote` is called all the same.
    async fn promote(&self, leadership: Leadership, enqueue: Option<Enqueue>) -> Result<(), PromoteError>;

    /// Ends the work on a bucket, and returns when the last of it has ended: only then is the lock released.
    ///
    /// After a stop the leadership is still renewed meanwhile, up to the elector's drain bound; after a loss it is gone already.
    ///
    /// # Cancel safety
    ///
    /// The future is dropped when it outlasts what the elector grants it.
    async fn demote(&self, bucket: &Bucket);
}

/// Puts a key of a bucket into the work queue. Cheap to clone.
#[derive(Clone)]
pub struct Enqueue(Arc<EnqueueFn>);

type EnqueueFn = dyn Fn(&Bucket, NamespacedName<'static>) + Send + Sync;

impl Enqueue {
    /// Wraps the function that puts a key into the queue.
    pub fn new(enqueue: impl Fn(&Bucket, NamespacedName<'static>) + Send + Sync + 'static) -> Self {
        Self(Arc::new(enqueue))
    }

    /// Makes one that drops every key, for work that has no queue.
    pub fn nowhere() -> Self {
        Self::new(|_, _| {})
    }

    /// Tells whether both are clones of one.
    pub fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    /// Puts `key` into the queue on behalf of `bucket`.
    pub fn enqueue(&self, bucket: &Bucket, key: NamespacedName<'static>) {
        (self.0)(bucket, key);
    }
}

impl fmt::Debug for Enqueue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Enqueue")
    }
}
