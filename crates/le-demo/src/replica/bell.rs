//! Puts the objects of a new term into the controller's queue.

use std::sync::Arc;
use std::time::Duration;

use futures::{Stream, stream};
use tokio::sync::Notify;
use tokio::time::sleep;

/// For how long rings are gathered: the buckets of a leader that is gone come one by one, within a moment.
const GATHER: Duration = Duration::from_millis(20);

/// Asks the controller to look at all its objects. Cheap to clone.
///
/// The way to put single keys into the queue of kube-runtime's `Controller` (`reconcile_on`) is behind an unstable feature;
/// what is stable (`reconcile_all_on`) takes no keys, and puts every object of its store into the queue. So a promotion does
/// not enqueue the keys of its bucket but rings here, and the reconciler turns away what is not led or is handled already.
/// That costs a look into two maps per object, and no request.
#[derive(Clone, Debug, Default)]
pub(super) struct Bell(Arc<Notify>);

impl Bell {
    /// Rings.
    pub(super) fn ring(&self) {
        self.0.notify_one();
    }

    /// Returns the rings as the controller hears them: those of a moment as one.
    pub(super) fn rings(&self) -> impl Stream<Item = ()> + Send + 'static {
        stream::unfold(self.clone(), |bell| async move {
            bell.0.notified().await;
            sleep(GATHER).await;
            Some(((), bell))
        })
    }
}

#[cfg(test)]
mod tests {
    use futures::StreamExt;
    use tokio::time::{Instant, timeout};

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn the_rings_of_a_moment_are_heard_as_one_and_none_is_lost() {
        let (bell, start) = (Bell::default(), Instant::now());
        let mut rings = Box::pin(bell.rings());
        (0..3).for_each(|_| bell.ring());
        rings.next().await;
        assert_eq!(start.elapsed(), GATHER);
        bell.ring();
        assert_eq!(timeout(GATHER, rings.next()).await, Ok(Some(())));
        assert!(timeout(GATHER * 100, rings.next()).await.is_err());
    }
}
