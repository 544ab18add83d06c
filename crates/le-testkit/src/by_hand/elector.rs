//! The elector that a program runs while the test decides.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use le_core::{Elector, ElectorError};
use tokio_util::sync::CancellationToken;

use super::Replica;
use super::queue::{Phase, Queue};

/// One elector in the hand of a [`ByHand`](super::ByHand).
pub(super) struct HandElector {
    replica: Arc<Replica>,
    queue: Arc<Queue>,
}

impl HandElector {
    pub(super) fn new(replica: Arc<Replica>, queue: Arc<Queue>) -> Self {
        Self { replica, queue }
    }
}

#[async_trait]
impl Elector for HandElector {
    async fn run(self: Box<Self>, stop: CancellationToken) -> Result<(), ElectorError> {
        self.queue.enter(Phase::Running);
        stop.cancelled().await;
        self.queue.enter(Phase::Stopping);
        self.queue.demote_all().await;
        Ok(())
    }
}

impl Drop for HandElector {
    fn drop(&mut self) {
        // A run that is dropped ends every leadership at once.
        self.replica.all().retain(|queue| !Arc::ptr_eq(queue, &self.queue));
        self.queue.abandon();
    }
}

impl fmt::Debug for HandElector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HandElector").field("queue", &self.queue.name()).finish_non_exhaustive()
    }
}
