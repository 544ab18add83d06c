//! The right to lead, as the elector holds it.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock};

use tokio_util::sync::CancellationToken;

use crate::leadership::Right;
use crate::{
    Bucket, Clock, Enqueue, FencingToken, LeaderAware, Leadership, Moment, Observed, PromoteError, StopReason,
};

/// One term of one bucket, in the hands of the elector that won it: whoever writes an elector makes one per term, and gives
/// [`leadership`](Self::leadership) to the work.
///
/// The order is `begin`, any number of `extend`, at most one `tell_to_stop`, `end`. Dropping a term ends it, so that an elector
/// whose task is gone leaves nobody leading.
#[must_use = "a term ends when it is dropped"]
pub struct Term {
    right: Arc<Right>,
}

impl Term {
    /// Begins a term that holds until `deadline` unless it is extended; [`Moment::NEVER`] for one that needs no renewal.
    pub fn begin(bucket: Bucket, token: FencingToken, deadline: Moment, clock: Arc<dyn Clock>) -> Self {
        let right = Right {
            bucket,
            token,
            clock,
            deadline: AtomicU64::new(deadline.as_nanos()),
            end: OnceLock::new(),
            stopping: CancellationToken::new(),
            lost: CancellationToken::new(),
            drained: Mutex::default(),
        };
        Self { right: Arc::new(right) }
    }

    /// Begins a term that needs no renewal: it holds until it is ended.
    pub fn standing(bucket: Bucket, token: FencingToken) -> Self {
        Self::begin(bucket, token, Moment::NEVER, Arc::new(NoTime))
    }

    /// Leads for the whole of this term: promotes, waits for `stop`, demotes, and ends the term when the work has drained.
    ///
    /// It is what an elector does whose lock needs no attention while it is held, and returns when the lock may be released.
    ///
    /// # Errors
    ///
    /// As the promotion gives it. The term has ended then, without a demotion.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future ends the term at once, without a demotion.
    pub async fn lead(
        self,
        aware: &dyn LeaderAware,
        enqueue: Option<Enqueue>,
        stop: &CancellationToken,
    ) -> Result<(), PromoteError> {
        self.lead_observed(aware, enqueue, stop, &mut Observed::nobody()).await
    }

    /// Leads as [`lead`](Self::lead) does, and tells observers of the drain and of the end. That the term began, and how it was
    /// won, is for the elector to tell before.
    ///
    /// # Errors
    ///
    /// As for [`lead`](Self::lead).
    ///
    /// # Cancel safety
    ///
    /// As for [`lead`](Self::lead).
    pub async fn lead_observed(
        self,
        aware: &dyn LeaderAware,
        enqueue: Option<Enqueue>,
        stop: &CancellationToken,
        observed: &mut Observed,
    ) -> Result<(), PromoteError> {
        // The promotion first: it has then begun in any case, and the demotion below has something to end.
        let promoted = tokio::select! {
            biased;
            promoted = aware.promote(self.leadership(), enqueue) => promoted,
            () = stop.cancelled() => Ok(()),
        };
        if promoted.is_err() {
            self.end(StopReason::PromotionFailed);
            observed.stopped(StopReason::PromotionFailed);
            return promoted;
        }
        stop.cancelled().await;
        self.tell_to_stop();
        observed.drain_began();
        aware.demote(&self.right.bucket).await;
        observed.drain_ended(&self.leadership());
        self.end(StopReason::ToldToStop);
        observed.stopped(StopReason::ToldToStop);
        Ok(())
    }

    /// Returns the work's half of the term.
    pub fn leadership(&self) -> Leadership {
        Leadership::new(Arc::clone(&self.right))
    }

    /// Moves the deadline: the right was renewed.
    ///
    /// Does nothing once the present deadline has passed, since somebody may already have seen the right expire.
    pub fn extend(&self, deadline: Moment) {
        if self.leadership().is_valid() {
            self.right.deadline.store(deadline.as_nanos(), Ordering::Release);
        }
    }

    /// Tells the work to wind down. The right goes on until [`end`](Self::end).
    pub fn tell_to_stop(&self) {
        self.right.stopping.cancel();
    }

    /// Ends the term: the right is gone at once, and everybody who waits for that is woken.
    pub fn end(self, reason: StopReason) {
        self.end_now(reason);
    }

    fn end_now(&self, reason: StopReason) {
        // The deadline first: nobody who is woken below may find the right still valid.
        self.right.deadline.store(Moment::ORIGIN.as_nanos(), Ordering::Release);
        let _ = self.right.end.set((self.right.clock.now(), reason));
        self.right.stopping.cancel();
        self.right.lost.cancel();
    }
}

impl Drop for Term {
    fn drop(&mut self) {
        if self.right.end.get().is_none() {
            self.end_now(StopReason::ToldToStop);
        }
    }
}

impl fmt::Debug for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Term").field(&self.leadership()).finish()
    }
}

/// The clock of a right that never runs out.
#[derive(Debug)]
struct NoTime;

impl Clock for NoTime {
    fn now(&self) -> Moment {
        Moment::ORIGIN
    }
}
