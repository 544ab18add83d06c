//! Puts the objects of a new term into the controller's queue.

use std::sync::Arc;

use futures::{Stream, stream};
use le_core::Enqueue;
use tokio::sync::Notify;

/// Asks the controller to look at all its objects. Cheap to clone.
///
/// The way to put single keys into the queue of kube-runtime's `Controller` (`reconcile_on`) is behind an unstable feature;
/// what is stable (`reconcile_all_on`) takes no keys, and puts every object of its store into the queue. So the keys that a
/// promotion enqueues ring here, any number of them once, and the reconciler turns away what is not led or is handled
/// already. That costs a look into two maps per object, and no request.
#[derive(Clone, Debug, Default)]
pub(super) struct Bell(Arc<Notify>);

impl Bell {
    /// Returns the queue as an elector sees it.
    pub(super) fn enqueue(&self) -> Enqueue {
        let bell = self.clone();
        Enqueue::new(move |_, _| bell.0.notify_one())
    }

    /// Returns the rings as the controller sees them.
    pub(super) fn stream(&self) -> impl Stream<Item = ()> + Send + 'static {
        stream::unfold(self.clone(), |bell| async move {
            bell.0.notified().await;
            Some(((), bell))
        })
    }
}

#[cfg(test)]
mod tests {
    use futures::{FutureExt, StreamExt};
    use le_core::{Bucket, NamespacedName};

    use super::*;

    #[tokio::test]
    async fn many_keys_ring_once_and_one_that_comes_later_rings_again() {
        let bell = Bell::default();
        let (enqueue, mut rings) = (bell.enqueue(), Box::pin(bell.stream()));
        let bucket = Bucket::whole("all");
        for name in ["a", "b", "c"] {
            enqueue.enqueue(&bucket, NamespacedName::new("ns", name));
        }
        assert_eq!(rings.next().now_or_never(), Some(Some(())));
        assert_eq!(rings.next().now_or_never(), None);
        enqueue.enqueue(&bucket, NamespacedName::new("ns", "d"));
        assert_eq!(rings.next().now_or_never(), Some(Some(())));
    }
}
