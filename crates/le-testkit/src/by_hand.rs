//! An elector that a test drives by hand.

mod elector;
mod promotion;
mod queue;
mod team;

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures::future::join_all;
use le_core::{
    Bucket, BucketName, BuildError, Elector, ElectorBuilder, Enqueue, LeaderAware, Leadership, PromoteError,
    StopReason,
};

use elector::HandElector;
use queue::{Phase, Queue};
use team::Team;

/// Builds electors that lead exactly what the test says, when it says so. Cheap to clone: give one clone to the program as its
/// builder, and keep one to say promote and demote.
///
/// What is said holds for every elector that was built, one for each work queue, or for [one queue](Self::queue) alone. It is
/// carried out in the task of whoever says it, so that a panic of the work comes out in the test. A wait for something that does
/// not come within an hour on tokio's clock panics: under a paused clock, at once.
///
/// One `ByHand` is one replica; [`peer`](Self::peer) makes another. A bucket then goes from hand to hand:
///
/// ```
/// use std::sync::Arc;
/// use le_core::{Bucket, ElectorBuilder, Enqueue, LedBuckets, NamespacedName};
/// use le_testkit::ByHand;
/// use tokio_util::sync::CancellationToken;
///
/// /// Starts a replica of the operator: here, one that only keeps what it leads.
/// fn start(builder: &dyn ElectorBuilder) -> Result<Arc<LedBuckets>, le_core::BuildError> {
///     let led = Arc::new(LedBuckets::new());
///     let elector = builder.build("acme.widgets", led.clone(), Enqueue::nowhere())?;
///     tokio::spawn(elector.run(CancellationToken::new()));
///     Ok(led)
/// }
///
/// # #[tokio::main(flavor = "current_thread", start_paused = true)]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let a = ByHand::new();
/// let b = a.peer();
/// let (at_a, at_b) = (start(&a)?, start(&b)?);
///
/// let key = NamespacedName::new("default", "a-widget");
/// a.promote(Bucket::whole("all")).await?;
/// assert!(at_a.is_leader_for(&key));
///
/// a.hand_over("all", &b).await?; // `b` begins when the work of `a` has drained.
/// assert!(!at_a.is_leader_for(&key) && at_b.is_leader_for(&key));
///
/// b.demote("all").await;
/// assert!(!at_b.is_leader_for(&key));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Default)]
pub struct ByHand {
    replica: Arc<Replica>,
    /// The only queue that hears what is said, where it is not all of them.
    only: Option<Arc<str>>,
}

#[derive(Default)]
struct Replica {
    team: Arc<Team>,
    queues: Mutex<Vec<Arc<Queue>>>,
}

impl ByHand {
    /// Makes a builder that leads nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Makes another replica of the same operator.
    ///
    /// Peers have one clock, the tokens of their terms grow across all of them, and a bucket of a queue is led by one of them at
    /// a time.
    #[must_use]
    pub fn peer(&self) -> Self {
        let replica = Replica { team: Arc::clone(&self.replica.team), queues: Mutex::default() };
        Self { replica: Arc::new(replica), only: None }
    }

    /// Speaks to the elector of one work queue alone: `hand.queue("acme.widgets").lose("all")`. As a builder it is no different.
    #[must_use]
    pub fn queue(&self, name: &str) -> Self {
        Self { replica: Arc::clone(&self.replica), only: Some(name.into()) }
    }

    /// Promotes a bucket, and returns when the work has begun, or when the promotion was cut short because the bucket was
    /// demoted or lost meanwhile.
    ///
    /// Waits first until every elector that was built runs, and until the work of an earlier term has drained.
    ///
    /// # Errors
    ///
    /// The first error that a promotion gives. Its bucket is not led then.
    ///
    /// # Panics
    ///
    /// If the bucket is led already, here or by a [peer](Self::peer). If no elector runs within an hour.
    ///
    /// # Cancel safety
    ///
    /// When this is dropped, the bucket is led all the same, with a promotion that was cut short: demote it.
    pub async fn promote(&self, bucket: Bucket) -> Result<(), PromoteError> {
        let what = || format!("the electors of {self:?} run");
        let queues = self.replica.team.until(what, || self.running().ok_or(Duration::MAX)).await;
        join_all(queues.iter().map(|queue| queue.promote(&bucket))).await.into_iter().collect()
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

    /// Moves a bucket to another replica as a graceful stop does: demotes it here, and, when the work has drained, promotes it
    /// there, in the same queues. Returns as [`promote`](Self::promote) does.
    ///
    /// # Errors
    ///
    /// The first error that a promotion gives. Its bucket is led by nobody then.
    ///
    /// # Panics
    ///
    /// If the bucket is not led here, or the other one is no [peer](Self::peer). As `promote` does.
    ///
    /// # Cancel safety
    ///
    /// When this is dropped, the bucket may be led here, there, or by nobody.
    pub async fn hand_over(&self, bucket: &str, to: &Self) -> Result<(), PromoteError> {
        assert!(
            Arc::ptr_eq(&self.replica.team, &to.replica.team),
            "the other is no replica of the same operator; make it with `peer`"
        );
        let queues = self.queues();
        let led: Vec<_> = queues.iter().filter_map(|queue| Some((queue, queue.held(bucket)?))).collect();
        assert!(!led.is_empty(), "bucket {bucket:?} is not led by {self:?}; promote it first");
        let moves = led.into_iter().map(|(queue, held)| async move {
            queue.demote(bucket).await;
            to.queue(queue.name()).promote(held.bucket().clone()).await
        });
        join_all(moves).await.into_iter().collect()
    }

    /// Takes leadership of a bucket away, as when its deadline passes and the elector notices: the right is gone when the future
    /// is first polled, and the work hears of it then. Returns when it has drained. Does nothing where the bucket is not led.
    ///
    /// To look at what a reconcile does that is in flight, join it:
    ///
    /// ```
    /// # use std::sync::Arc;
    /// # use std::time::Duration;
    /// # use le_core::{Bucket, ElectorBuilder, Enqueue, LedBuckets};
    /// # use le_testkit::ByHand;
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let hand = ByHand::new();
    /// # let elector = hand.build("acme.widgets", Arc::new(LedBuckets::new()), Enqueue::nowhere())?;
    /// # tokio::spawn(elector.run(Default::default()));
    /// hand.promote(Bucket::whole("all")).await?;
    /// let leadership = hand.until_led("all").await;
    ///
    /// let reconcile = async { tokio::time::sleep(Duration::from_secs(10)).await };
    /// let (reconciled, ()) = tokio::join!(leadership.run_while(reconcile), async {
    ///     tokio::time::sleep(Duration::from_secs(3)).await;
    ///     hand.lose("all").await;
    /// });
    /// assert!(reconciled.is_err()); // It was dropped after three seconds.
    /// # Ok(())
    /// # }
    /// ```
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

    /// Lets the right to a bucket run out at once, and tells nobody, as when its deadline passes while the process is asleep.
    ///
    /// From here on a peer may lead the bucket. The elector notices when the test says [`lose`](Self::lose).
    ///
    /// ```
    /// # use std::sync::Arc;
    /// # use le_core::{Bucket, ElectorBuilder, Enqueue, LedBuckets};
    /// # use le_testkit::ByHand;
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let hand = ByHand::new();
    /// # let elector = hand.build("acme.widgets", Arc::new(LedBuckets::new()), Enqueue::nowhere())?;
    /// # tokio::spawn(elector.run(Default::default()));
    /// hand.promote(Bucket::whole("all")).await?;
    /// let leadership = hand.until_led("all").await;
    ///
    /// hand.expire("all");
    /// assert!(leadership.ensure().is_err() && leadership.stop_reason().is_none());
    /// hand.lose("all").await;
    /// assert!(leadership.stop_reason().is_some());
    /// # Ok(())
    /// # }
    /// ```
    pub fn expire(&self, bucket: &str) {
        self.expire_in(bucket, Duration::ZERO);
    }

    /// Lets the right to a bucket run out after a while, as when its renewals get no answer from now on. Tells nobody.
    pub fn expire_in(&self, bucket: &str, after: Duration) {
        for queue in self.queues() {
            queue.expire_in(bucket, after);
        }
    }

    /// Waits until this replica leads a bucket, and returns its right.
    ///
    /// It is led from the beginning of its promotion. Of several queues, the first that was built counts.
    ///
    /// # Panics
    ///
    /// If that takes more than an hour.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future and asking again loses nothing.
    pub async fn until_led(&self, bucket: &str) -> Leadership {
        let led = || self.rights(bucket).into_iter().next().ok_or(Duration::MAX);
        self.replica.team.until(|| format!("bucket {bucket:?} is led by {self:?}"), led).await
    }

    /// Waits until this replica has no right to a bucket. The work may still drain if the right was lost.
    ///
    /// # Panics
    ///
    /// If that takes more than an hour.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future and asking again loses nothing.
    pub async fn until_free(&self, bucket: &str) {
        // A right that runs out by the clock rings no bell.
        let free = || self.rights(bucket).iter().map(Leadership::remaining).max().map_or(Ok(()), Err);
        self.replica.team.until(|| format!("bucket {bucket:?} is free of {self:?}"), free).await;
    }

    /// Returns the names of the buckets that this replica has the right to, in order.
    pub fn led(&self) -> Vec<BucketName> {
        let queues = self.queues();
        let rights = queues.iter().flat_map(|queue| queue.rights());
        let mut led: Vec<BucketName> = rights.map(|right| right.bucket().name().clone()).collect();
        led.sort();
        led.dedup();
        led
    }

    /// The rights to a bucket that hold, in the order in which the queues were built.
    fn rights(&self, bucket: &str) -> Vec<Leadership> {
        let rights = self.queues().into_iter().filter_map(|queue| queue.held(bucket));
        rights.filter(Leadership::is_valid).collect()
    }

    /// The queues that can lead, once none is yet to begin.
    fn running(&self) -> Option<Vec<Arc<Queue>>> {
        let queues = self.queues();
        let yet_to_begin = queues.iter().any(|queue| queue.phase() == Phase::Built);
        let running: Vec<_> = queues.into_iter().filter(|queue| queue.phase() == Phase::Running).collect();
        (!yet_to_begin && !running.is_empty()).then_some(running)
    }

    fn queues(&self) -> Vec<Arc<Queue>> {
        let hears = |queue: &&Arc<Queue>| self.only.as_deref().is_none_or(|only| queue.name() == only);
        self.replica.all().iter().filter(hears).cloned().collect()
    }
}

impl ElectorBuilder for ByHand {
    fn build(
        &self,
        queue: &str,
        aware: Arc<dyn LeaderAware>,
        enqueue: Enqueue,
    ) -> Result<Box<dyn Elector>, BuildError> {
        let queue = Arc::new(Queue::new(queue, Arc::clone(&self.replica.team), aware, enqueue));
        self.replica.all().push(Arc::clone(&queue));
        Ok(Box::new(HandElector::new(Arc::clone(&self.replica), queue)))
    }
}

impl fmt::Debug for ByHand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let queues: Vec<String> = self.queues().iter().map(|queue| queue.name().to_owned()).collect();
        f.debug_struct("ByHand").field("queues", &queues).field("led", &self.led()).finish_non_exhaustive()
    }
}

impl Replica {
    fn all(&self) -> MutexGuard<'_, Vec<Arc<Queue>>> {
        self.queues.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
