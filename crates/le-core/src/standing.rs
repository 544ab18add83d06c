//! The elector that has nobody to compete with.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use tokio_util::sync::CancellationToken;

use crate::{Bucket, Elector, ElectorError, Enqueue, FencingToken, LeaderAware, Term};

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
}

impl StandingElector {
    /// Makes an elector that promotes `bucket` with `enqueue`, or without one where nothing must be made up for.
    pub fn new(bucket: Bucket, aware: Arc<dyn LeaderAware>, enqueue: Option<Enqueue>) -> Self {
        Self { bucket, aware, enqueue }
    }

    /// Leads until `stop`, or until the promotion fails. Tells whether it was stopped.
    async fn lead(&self, stop: &CancellationToken) -> bool {
        let term = Term::standing(self.bucket.clone(), FencingToken::NONE);
        let led = term.lead(&*self.aware, self.enqueue.clone(), stop).await;
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
        while !stop.is_cancelled() && !self.lead(&stop).await {
            tokio::select! {
                () = stop.cancelled() => {}
                () = tokio::time::sleep(RETRY_PERIOD) => {}
            }
        }
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
