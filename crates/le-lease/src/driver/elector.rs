//! The elector of one queue: one election per bucket, side by side.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use futures::future::join_all;
use le_config::LeaseName;
use le_core::{Bucket, Elector, ElectorError, Enqueue, LeaderAware, Leadership, PromoteError};
use tokio_util::sync::CancellationToken;

use super::candidacy::{Campaign, Candidacy};

/// Elects one leader for each bucket of a queue, and tells a [`LeaderAware`].
pub(super) struct LeaseElector {
    pub(super) candidacy: Candidacy,
    pub(super) elections: Vec<(LeaseName, Bucket)>,
    pub(super) aware: Arc<dyn LeaderAware>,
    pub(super) enqueue: Enqueue,
}

#[async_trait]
impl Elector for LeaseElector {
    async fn run(self: Box<Self>, stop: CancellationToken) -> Result<(), ElectorError> {
        let campaigns = self.candidacy.start(self.elections, &stop);
        join_all(campaigns.into_iter().map(|campaign| lead(campaign, &*self.aware, &self.enqueue))).await;
        Ok(())
    }
}

impl fmt::Debug for LeaseElector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LeaseElector")
            .field("identity", &self.candidacy.identity)
            .field("timing", &self.candidacy.timing)
            .field("elections", &self.elections)
            .finish_non_exhaustive()
    }
}

/// Promotes and demotes, term after term, until the candidate was stopped and has finished.
async fn lead(mut campaign: Campaign, aware: &dyn LeaderAware, enqueue: &Enqueue) {
    while let Some(leadership) = campaign.candidate.next_term().await {
        if let Err(error) = promote(aware, &leadership, enqueue).await {
            campaign.failed(error);
            continue;
        }
        leadership.stopping().await;
        tokio::select! {
            biased;
            () = aware.demote(leadership.bucket()) => campaign.succeeded(),
            // After a stop, work that outlasts its drain bound is not waited for: nothing was released, the Lease runs out.
            () = campaign.candidate.finished() => return,
        }
    }
}

/// Promotes, for no longer than the term lasts.
async fn promote(
    aware: &dyn LeaderAware,
    leadership: &Leadership,
    enqueue: &Enqueue,
) -> Result<(), PromoteError> {
    // The promotion first: it has then begun in any case, and there is something to demote.
    tokio::select! {
        biased;
        promoted = aware.promote(leadership.clone(), Some(enqueue.clone())) => promoted,
        () = leadership.stopping() => Ok(()),
    }
}
