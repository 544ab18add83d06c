//! An elector that a test drives by hand.

use std::collections::HashMap;
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use futures::future::join_all;
use le_core::{
    Bucket, BucketName, BuildError, Clock, Elector, ElectorBuilder, ElectorError, Enqueue, FencingToken,
    LeaderAware, Moment, PromoteError, StopReason, Term,
};
use tokio::sync::watch;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// Builds electors that lead exactly what the test says, when it says so. Cheap to clone: give one clone to the program as its
/// builder, and keep one to say promote and demote.
///
/// What is said holds for every elector that was built, one for each work queue. It is carried out in the task of whoever says
/// it, so that a panic of the work comes out in the test.
///
/// ```
/// use std::sync::Arc;
/// use le_core::{Bucket, ElectorBuilder, Enqueue, LedBuckets, NamespacedName};
/// use le_testkit::ByHand;
/// use tokio_util::sync::CancellationToken;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let hand = ByHand::new();
/// let led = Arc::new(LedBuckets::new());
/// let elector = hand.build("acme.widgets", led.clone(), Enqueue::nowhere())?;
/// let running = tokio::spawn(elector.run(CancellationToken::new()));
///
/// let key = NamespacedName::new("default", "a-widget");
/// hand.promote(Bucket::whole("all")).await?;
/// assert!(led.is_leader_for(&key));
/// hand.demote("all").await; // Returns when the work has drained.
/// assert!(!led.is_leader_for(&key));
/// # running.abort();
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Default)]
pub struct ByHand(Arc<Inner>);

struct Inner {
    queues: Mutex<Vec<Arc<Queue>>>,
    last_token: AtomicU64,
    clock: Arc<TokioClock>,
    /// Rings when an elector begins or ceases to run.
    running: watch::Sender<()>,
}

/// One elector that was built.
struct Queue {
    name: String,
    aware: Arc<dyn LeaderAware>,
    enqueue: Enqueue,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    running: bool,
    terms: HashMap<BucketName, Term>,
}

impl ByHand {
    /// Makes a builder that leads nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Promotes a bucket, and returns when the work has begun. Waits for an elector to run, if none does yet.
    ///
    /// # Errors
    ///
    /// The first error that a promotion gives. Its bucket is not led then.
    ///
    /// # Panics
    ///
    /// If the bucket is led already.
    ///
    /// # Cancel safety
    ///
    /// When this is dropped, the bucket is led all the same, with a promotion that was cut short: demote it.
    pub async fn promote(&self, bucket: Bucket) -> Result<(), PromoteError> {
        self.until_running().await;
        let promotions = self.running_queues().into_iter().map(|queue| {
            let token = FencingToken::new(self.0.last_token.fetch_add(1, Ordering::Relaxed) + 1);
            let clock: Arc<dyn Clock> = Arc::clone(&self.0.clock) as _;
            let term = Term::begin(bucket.clone(), token, Moment::NEVER, clock);
            async move { queue.promote(term).await }
        });
        join_all(promotions).await.into_iter().collect()
    }

    /// Demotes a bucket as a stop does, and returns when the work has drained. The right holds until then. Does nothing where
    /// the bucket is not led.
    ///
    /// # Cancel safety
    ///
    /// When this is dropped, the right ends at once.
    pub async fn demote(&self, bucket: &str) {
        join_all(self.queues().iter().map(|queue| queue.demote(bucket))).await;
    }

    /// Takes leadership of a bucket away, as when its deadline passes: the right is gone when the first await returns, and the
    /// work hears of it afterwards. Returns when it has drained. Does nothing where the bucket is not led.
    ///
    /// # Cancel safety
    ///
    /// When this is dropped, the right is gone all the same.
    pub async fn lose(&self, bucket: &str) {
        self.lose_because(bucket, StopReason::DeadlinePassed).await;
    }

    /// As [`lose`](Self::lose), for a reason of one's choice.
    ///
    /// # Cancel safety
    ///
    /// When this is dropped, the right is gone all the same.
    pub async fn lose_because(&self, bucket: &str, reason: StopReason) {
        join_all(self.queues().iter().map(|queue| queue.lose(bucket, reason))).await;
    }

    /// Returns the names of the buckets that are led, in order.
    pub fn led(&self) -> Vec<BucketName> {
        let queues = self.queues();
        let mut led: Vec<BucketName> =
            queues.iter().flat_map(|queue| queue.state().terms.keys().cloned().collect::<Vec<_>>()).collect();
        led.sort();
        led.dedup();
        led
    }

    async fn until_running(&self) {
        let mut running = self.0.running.subscribe();
        while self.running_queues().is_empty() {
            // The sender lives as long as this does.
            let _ = running.changed().await;
        }
    }

    fn running_queues(&self) -> Vec<Arc<Queue>> {
        self.queues().into_iter().filter(|queue| queue.state().running).collect()
    }

    fn queues(&self) -> Vec<Arc<Queue>> {
        self.0.queues.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl ElectorBuilder for ByHand {
    fn build(
        &self,
        queue: &str,
        aware: Arc<dyn LeaderAware>,
        enqueue: Enqueue,
    ) -> Result<Box<dyn Elector>, BuildError> {
        let queue = Arc::new(Queue { name: queue.to_owned(), aware, enqueue, state: Mutex::default() });
        self.0.queues.lock().unwrap_or_else(PoisonError::into_inner).push(Arc::clone(&queue));
        Ok(Box::new(HandElector { hand: self.clone(), queue }))
    }
}

impl fmt::Debug for ByHand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ByHand").field("led", &self.led()).finish_non_exhaustive()
    }
}

impl Default for Inner {
    fn default() -> Self {
        Self {
            queues: Mutex::default(),
            last_token: AtomicU64::new(0),
            clock: Arc::new(TokioClock(Instant::now())),
            running: watch::Sender::new(()),
        }
    }
}

impl Queue {
    async fn promote(&self, term: Term) -> Result<(), PromoteError> {
        let leadership = term.leadership();
        let bucket = leadership.bucket().clone();
        let before = self.state().terms.insert(bucket.name().clone(), term);
        assert!(
            before.is_none(),
            "bucket {bucket:?} of queue {:?} is led already; demote it first",
            self.name
        );
        let promoted = self.aware.promote(leadership, Some(self.enqueue.clone())).await;
        if promoted.is_err()
            && let Some(term) = self.take(bucket.name().as_str())
        {
            term.end(StopReason::PromotionFailed);
        }
        promoted
    }

    async fn demote(&self, bucket: &str) {
        let Some(term) = self.take(bucket) else { return };
        term.tell_to_stop();
        self.aware.demote(term.leadership().bucket()).await;
        term.end(StopReason::ToldToStop);
    }

    async fn lose(&self, bucket: &str, reason: StopReason) {
        let Some(term) = self.take(bucket) else { return };
        let leadership = term.leadership();
        term.end(reason);
        self.aware.demote(leadership.bucket()).await;
    }

    fn take(&self, bucket: &str) -> Option<Term> {
        self.state().terms.remove(bucket)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One elector in the hand of a [`ByHand`].
struct HandElector {
    hand: ByHand,
    queue: Arc<Queue>,
}

#[async_trait]
impl Elector for HandElector {
    async fn run(self: Box<Self>, stop: CancellationToken) -> Result<(), ElectorError> {
        self.queue.state().running = true;
        self.hand.0.running.send_replace(());
        stop.cancelled().await;
        self.queue.state().running = false;
        let led: Vec<BucketName> = self.queue.state().terms.keys().cloned().collect();
        join_all(led.iter().map(|bucket| self.queue.demote(bucket.as_str()))).await;
        Ok(())
    }
}

impl Drop for HandElector {
    fn drop(&mut self) {
        // A run that is dropped ends every leadership at once.
        let mut state = self.queue.state();
        state.running = false;
        state.terms.clear();
    }
}

impl fmt::Debug for HandElector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HandElector").field("queue", &self.queue.name).finish_non_exhaustive()
    }
}

/// Tokio's clock, which a test can pause.
#[derive(Debug)]
struct TokioClock(Instant);

impl Clock for TokioClock {
    fn now(&self) -> Moment {
        Moment::ORIGIN + self.0.elapsed()
    }
}
