//! Reports the terms of any backend.

use std::sync::Arc;

use async_trait::async_trait;
use le_core::{Bucket, BuildError, Elector, ElectorBuilder, Enqueue, LeaderAware, Leadership, PromoteError};
use tokio_util::task::TaskTracker;

use super::reporter::Reporter;
use crate::report::Report;

/// Builds the electors of another builder, and reports when their terms begin and end.
#[derive(Clone, Debug)]
pub(super) struct Told {
    builder: Arc<dyn ElectorBuilder>,
    reporter: Reporter,
    /// One task per term, which reports its end.
    ends: TaskTracker,
}

impl Told {
    pub(super) fn new(builder: Arc<dyn ElectorBuilder>, reporter: Reporter) -> Self {
        Self { builder, reporter, ends: TaskTracker::new() }
    }

    /// Completes when the end of every term has been reported; to be called when no more can begin.
    pub(super) async fn ended(&self) {
        self.ends.close();
        self.ends.wait().await;
    }
}

impl ElectorBuilder for Told {
    fn build(
        &self,
        queue: &str,
        aware: Arc<dyn LeaderAware>,
        enqueue: Enqueue,
    ) -> Result<Box<dyn Elector>, BuildError> {
        let (reporter, ends) = (self.reporter.clone(), self.ends.clone());
        self.builder.build(queue, Arc::new(ToldToo { aware, reporter, ends }), enqueue)
    }
}

/// Stands between an elector and the work.
struct ToldToo {
    aware: Arc<dyn LeaderAware>,
    reporter: Reporter,
    ends: TaskTracker,
}

#[async_trait]
impl LeaderAware for ToldToo {
    async fn promote(&self, leadership: Leadership, enqueue: Option<Enqueue>) -> Result<(), PromoteError> {
        let (bucket, token) = (leadership.bucket().to_string(), leadership.token().get());
        self.reporter.report(Report::Lead { bucket: bucket.clone(), token });
        let (reporter, term) = (self.reporter.clone(), leadership.clone());
        self.ends.spawn(async move {
            term.lost().await;
            let reason = term.stop_reason().map_or("unknown", |reason| reason.as_str()).to_owned();
            reporter.report(Report::Stop { bucket, token, reason });
        });
        self.aware.promote(leadership, enqueue).await
    }

    async fn demote(&self, bucket: &Bucket) {
        self.aware.demote(bucket).await;
    }
}
