//! The label in the path of promotion and demotion.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use le_core::{Bucket, Enqueue, LeaderAware, Leadership, PromoteError};

use super::PodLabel;

/// A [`LeaderAware`] whose pod carries a label while it leads. Made by [`PodLabel::around`].
pub struct Labelled {
    pub(super) inner: Arc<dyn LeaderAware>,
    pub(super) label: PodLabel,
}

#[async_trait]
impl LeaderAware for Labelled {
    async fn promote(&self, leadership: Leadership, enqueue: Option<Enqueue>) -> Result<(), PromoteError> {
        self.inner.promote(leadership.clone(), enqueue).await?;
        self.label.put_on(leadership);
        Ok(())
    }

    async fn demote(&self, bucket: &Bucket) {
        let change = self.label.take_off(bucket);
        // Side by side: clients are not sent here any more while the work winds down, and after a loss the work must end at once.
        tokio::join!(self.inner.demote(bucket), self.label.until_settled(change));
    }
}

impl fmt::Debug for Labelled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Labelled").field("label", &self.label).finish_non_exhaustive()
    }
}
