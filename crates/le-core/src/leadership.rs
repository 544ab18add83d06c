//! The right to lead, as the work holds it.

use std::collections::VecDeque;
use std::fmt;
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::task::Poll;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::{Bucket, Clock, FencingToken, Moment, NamespacedName, NotLeading, StopReason};

/// How many of the keys that were in hand last are kept.
const LAST_DRAINED: usize = 10;

/// The right to lead one bucket for one term. Cheap to clone.
///
/// The right expires by itself: [`is_valid`](Self::is_valid) compares the clock with the deadline of the last renewal at every
/// call, so that it becomes false without any event, task or request. A process that was stopped and continues finds it
/// expired. Once false, it never becomes true again: the next term comes with a `Leadership` of its own.
#[derive(Clone)]
pub struct Leadership {
    right: Arc<Right>,
}

/// What the elector's half ([`Term`](crate::Term)) and the work's half share.
pub(crate) struct Right {
    pub(crate) bucket: Bucket,
    pub(crate) token: FencingToken,
    pub(crate) clock: Arc<dyn Clock>,
    /// When the right ends, in nanoseconds on `clock`; zero once it has been ended.
    pub(crate) deadline: AtomicU64,
    /// When and why it was ended.
    pub(crate) end: OnceLock<(Moment, StopReason)>,
    pub(crate) stopping: CancellationToken,
    pub(crate) lost: CancellationToken,
    /// The keys that were in hand last, the newest last.
    pub(crate) drained: Mutex<VecDeque<NamespacedName<'static>>>,
}

impl Leadership {
    pub(crate) fn new(right: Arc<Right>) -> Self {
        Self { right }
    }

    /// Returns the bucket that is led.
    pub fn bucket(&self) -> &Bucket {
        &self.right.bucket
    }

    /// Returns the fencing token of this term: greater than that of every earlier term of the bucket.
    pub fn token(&self) -> FencingToken {
        self.right.token
    }

    /// Tells whether the right to lead holds at this very moment. Asks the clock at every call.
    pub fn is_valid(&self) -> bool {
        // The deadline first: a pause between the two reads can then only make the answer `false`.
        let deadline = Moment::from_nanos(self.right.deadline.load(Ordering::Acquire));
        deadline == Moment::NEVER || self.right.clock.now() < deadline
    }

    /// Returns how long the right still holds if it is not renewed; zero when it does not hold.
    pub fn remaining(&self) -> Duration {
        let deadline = Moment::from_nanos(self.right.deadline.load(Ordering::Acquire));
        if deadline == Moment::NEVER { Duration::MAX } else { deadline.since(self.right.clock.now()) }
    }

    /// Makes sure that the right to lead holds at this very moment; to be called just before acting.
    ///
    /// # Errors
    ///
    /// [`NotLeading`] when the right has run out: whoever gets it must not act on the bucket's keys.
    pub fn ensure(&self) -> Result<(), NotLeading> {
        if self.is_valid() { Ok(()) } else { Err(self.not_leading()) }
    }

    /// Returns why the term was ended, once the elector has noticed and ended it.
    pub fn stop_reason(&self) -> Option<StopReason> {
        self.right.end.get().map(|(_, reason)| *reason)
    }

    /// Tells whether the work should wind down: the elector was told to stop, or the right is lost.
    pub fn is_stopping(&self) -> bool {
        self.right.stopping.is_cancelled() || !self.is_valid()
    }

    /// Completes when the work should wind down. The right still holds, and is renewed, while the work drains after a stop.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future and asking again loses nothing.
    pub async fn stopping(&self) {
        self.right.stopping.cancelled().await;
    }

    /// Completes when the right is lost, or has ended after a drain.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future and asking again loses nothing.
    pub async fn lost(&self) {
        self.right.lost.cancelled().await;
    }

    /// Notes that `key` was still in hand when the work was told to wind down, and is so no more. The ten newest are kept, and
    /// shown to observers as those that the drain had to wait for.
    pub fn note_drained(&self, key: &NamespacedName<'_>) {
        let mut drained = self.right.drained.lock().unwrap_or_else(PoisonError::into_inner);
        if drained.len() == LAST_DRAINED {
            drained.pop_front();
        }
        drained.push_back(key.clone().into_owned());
    }

    /// Returns the keys that [`note_drained`](Self::note_drained) was last told, the newest last and ten at most.
    pub fn last_drained(&self) -> Vec<NamespacedName<'static>> {
        self.right.drained.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
    }

    /// Runs `work` for as long as the right holds, and drops it at the moment it is lost.
    ///
    /// The right is checked before each time that the work is polled, so that work which was asleep while the right ran out
    /// does not take another step. What the work handed to other tasks or threads is beyond its reach.
    ///
    /// # Errors
    ///
    /// [`NotLeading`] when the right was lost before the work ended.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future drops the work.
    pub async fn run_while<F: Future>(&self, work: F) -> Result<F::Output, NotLeading> {
        let mut work = pin!(work);
        let mut lost = pin!(self.lost());
        poll_fn(|context| {
            if !self.is_valid() {
                return Poll::Ready(Err(self.not_leading()));
            }
            if let Poll::Ready(done) = work.as_mut().poll(context) {
                return Poll::Ready(Ok(done));
            }
            // Whoever ends a term makes it invalid before anybody is woken, so that this is only there to be woken by.
            lost.as_mut().poll(context).map(|()| Err(self.not_leading()))
        })
        .await
    }

    fn not_leading(&self) -> NotLeading {
        let ended = match self.right.end.get() {
            Some((at, _)) => *at,
            None => Moment::from_nanos(self.right.deadline.load(Ordering::Acquire)),
        };
        NotLeading::new(self.right.bucket.name().clone(), self.right.clock.now().since(ended))
    }
}

impl fmt::Debug for Leadership {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Leadership")
            .field("bucket", self.right.bucket.name())
            .field("token", &self.right.token)
            .field("remaining", &self.remaining())
            .finish()
    }
}
