//! The label in the path of promotion and demotion.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use le_core::{Bucket, BuildError, Elector, ElectorBuilder, Enqueue, LeaderAware, Leadership, PromoteError};

use super::PodLabel;
use super::worker::Wearer;

/// A [`LeaderAware`] whose pod carries a label while it leads. Made by [`PodLabel::around`].
pub struct Labelled {
    pub(super) inner: Arc<dyn LeaderAware>,
    pub(super) label: PodLabel,
    pub(super) wearer: Wearer,
}

#[async_trait]
impl LeaderAware for Labelled {
    async fn promote(&self, leadership: Leadership, enqueue: Option<Enqueue>) -> Result<(), PromoteError> {
        self.inner.promote(leadership.clone(), enqueue).await?;
        self.label.put_on(self.wearer, leadership);
        Ok(())
    }

    async fn demote(&self, bucket: &Bucket) {
        let change = self.label.take_off(self.wearer, bucket);
        // Side by side: clients are not sent here any more while the work winds down, and after a loss the work must end at once.
        tokio::join!(self.inner.demote(bucket), self.label.until_settled(change));
    }
}

impl fmt::Debug for Labelled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Labelled").field("label", &self.label).finish_non_exhaustive()
    }
}

/// An [`ElectorBuilder`] whose electors have their pod carry a label while they lead. Made by [`PodLabel::around_all_of`].
///
/// To build an elector panics outside of a tokio runtime, on which the task of the label is started.
#[derive(Clone, Debug)]
#[must_use = "a builder does nothing by itself"]
pub struct LabelledBuilder<B> {
    pub(super) inner: B,
    pub(super) label: PodLabel,
}

impl<B: ElectorBuilder> ElectorBuilder for LabelledBuilder<B> {
    fn build(
        &self,
        queue: &str,
        aware: Arc<dyn LeaderAware>,
        enqueue: Enqueue,
    ) -> Result<Box<dyn Elector>, BuildError> {
        self.inner.build(queue, Arc::new(self.label.around(aware)), enqueue)
    }
}
