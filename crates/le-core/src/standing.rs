//! The elector that has nobody to compete with.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::{
    Bucket, Clock, Elector, ElectorError, Enqueue, FencingToken, LeaderAware, Moment, Observed, Observers,
    Term, Won,
};

/// How long to wait after a promotion that failed. Knative's default retry period; the reference ends the process instead.
const RETRY_PERIOD: Duration = Duration::from_secs(10);

/// Leads one given bucket from the moment it runs until it is told to stop.
///
/// [`Unopposed`](crate::Unopposed) is built on it, and so is election by ordinal, where the platform sees to it that no two
/// replicas have one bucket. Its terms carry no fencing token ([`FencingToken::NONE`]).
pub struct StandingElector {
    bucket: Bucket,
    aware: Arc<dyn LeaderAware>,
    enqueue: Option<Enqueue>,
    observers: Observers,
    /// Under which names it is observed: the bucket's and its own.
    names: (String, String),
    /// Other buckets, and who leads them.
    given: Vec<(String, String)>,
}

impl StandingElector {
    /// Makes an elector that promotes `bucket` with `enqueue`, or without one where nothing must be made up for.
    pub fn new(bucket: Bucket, aware: Arc<dyn LeaderAware>, enqueue: Option<Enqueue>) -> Self {
        Self {
            bucket,
            aware,
            enqueue,
            observers: Observers::default(),
            names: Default::default(),
            given: Vec::new(),
        }
    }

    /// Sets who is told what happens, under which name the bucket is shown to them, and under which identity this replica is.
    #[must_use]
    pub fn observed_by(
        mut self,
        observers: Observers,
        name: impl Into<String>,
        identity: impl Into<String>,
    ) -> Self {
        self.observers = observers;
        self.names = (name.into(), identity.into());
        self
    }

    /// Names other buckets, each with the identity of the replica to which the platform gave it, for
    /// [`Leaders`](crate::Leaders) to know while this elector runs. Whether that replica is there is not looked at.
    #[must_use]
    pub fn beside(mut self, given: impl IntoIterator<Item = (String, String)>) -> Self {
        self.given = given.into_iter().collect();
        self
    }

    /// Leads until `stop`, or until the promotion fails. Tells whether it was stopped.
    async fn lead(&self, stop: &CancellationToken, observed: &mut Observed) -> bool {
        let term = Term::standing(self.bucket.clone(), FencingToken::NONE);
        observed.leader_seen(Some(&self.names.1));
        observed.began(FencingToken::NONE, Won::Standing, Moment::NEVER);
        let led = term.lead_observed(&*self.aware, self.enqueue.clone(), stop, observed).await;
        if let Err(error) = &led {
            tracing::error!(bucket = %self.bucket, error = error as &dyn std::error::Error,
                "promotion failed; the next try follows in {RETRY_PERIOD:?}");
        }
        led.is_ok()
    }
}

#[async_trait]
impl Elector for StandingElector {
    async fn run(self: Box<Self>, stop: CancellationToken) -> Result<(), ElectorError> {
        let (name, identity) = &self.names;
        let clock: Arc<dyn Clock> = Arc::new(Ticks::new());
        let given = self.given.iter().map(|(bucket, leader)| self.observers.given(bucket, leader, &clock));
        let _given: Vec<_> = given.collect();
        let mut observed = self.observers.candidate(name, identity.as_str(), clock);
        while !stop.is_cancelled() && !self.lead(&stop, &mut observed).await {
            tokio::select! {
                () = stop.cancelled() => {}
                () = tokio::time::sleep(RETRY_PERIOD) => {}
            }
        }
        observed.finished();
        Ok(())
    }

    fn initial_buckets(&self) -> Vec<Bucket> {
        vec![self.bucket.clone()]
    }
}

impl fmt::Debug for StandingElector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StandingElector").field("bucket", &self.bucket).finish_non_exhaustive()
    }
}

/// What there is to time without a lock: how long something took. No right depends on it.
#[derive(Debug)]
struct Ticks(Instant);

impl Ticks {
    fn new() -> Self {
        Self(Instant::now())
    }
}

impl Clock for Ticks {
    fn now(&self) -> Moment {
        Moment::ORIGIN + self.0.elapsed()
    }
}
