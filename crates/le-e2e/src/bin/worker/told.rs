//! Says when terms begin, before any work is done in them.

use std::sync::Arc;

use async_trait::async_trait;
use le_core::{Bucket, BuildError, Elector, ElectorBuilder, Enqueue, LeaderAware, Leadership, PromoteError};
use serde_json::json;

use crate::desk::{Desk, now};

/// Builds the electors of another builder, and says when their terms begin.
#[derive(Clone, Debug)]
pub(crate) struct Told {
    builder: Arc<dyn ElectorBuilder>,
    desk: Desk,
}

impl Told {
    pub(crate) fn new(builder: Arc<dyn ElectorBuilder>, desk: Desk) -> Self {
        Self { builder, desk }
    }
}

impl ElectorBuilder for Told {
    fn build(
        &self,
        queue: &str,
        aware: Arc<dyn LeaderAware>,
        enqueue: Enqueue,
    ) -> Result<Box<dyn Elector>, BuildError> {
        self.builder.build(queue, Arc::new(ToldToo { aware, desk: self.desk.clone() }), enqueue)
    }
}

/// Stands between an elector and the work.
struct ToldToo {
    aware: Arc<dyn LeaderAware>,
    desk: Desk,
}

#[async_trait]
impl LeaderAware for ToldToo {
    async fn promote(&self, leadership: Leadership, enqueue: Option<Enqueue>) -> Result<(), PromoteError> {
        let (bucket, token) = (leadership.bucket().name().as_str(), leadership.token().get());
        self.desk.say("lead", now(), json!({ "bucket": bucket, "token": token }));
        self.aware.promote(leadership, enqueue).await
    }

    async fn demote(&self, bucket: &Bucket) {
        self.desk.say("stop", now(), json!({ "bucket": bucket.name().as_str() }));
        self.aware.demote(bucket).await;
    }
}
