//! Electors, and the value that builds them.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use tokio_util::sync::CancellationToken;

use crate::{Bucket, BuildError, ElectorError, Enqueue, LeaderAware};

/// Decides, for as long as it runs, which buckets this replica leads, and tells a [`LeaderAware`].
#[async_trait]
#[must_use = "an elector does nothing until it is run"]
pub trait Elector: fmt::Debug + Send {
    /// Runs until `stop`, then demotes, waits for the work to drain, releases, and returns. Nothing is promoted before.
    ///
    /// A loss of leadership does not end it: it competes again. A panic of the work comes out here.
    ///
    /// # Errors
    ///
    /// [`ElectorError`] when it cannot go on. No error of an API server is one.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future ends every leadership at once, without a demotion and without a release: others wait out the lock.
    async fn run(self: Box<Self>, stop: CancellationToken) -> Result<(), ElectorError>;

    /// Returns the buckets that are led from the moment the elector runs; none unless the elector needs no election.
    fn initial_buckets(&self) -> Vec<Bucket> {
        Vec::new()
    }
}

/// Builds electors: the one value that changes when the election backend does.
///
/// It is taken as a value (`Arc<dyn ElectorBuilder>`), so that a backend of one's own is as good as those of this workspace.
pub trait ElectorBuilder: fmt::Debug + Send + Sync {
    /// Builds the elector for one work queue. `queue` tells the queues of one process apart and is part of the locks' names.
    ///
    /// # Errors
    ///
    /// [`BuildError`] when the configuration can never elect; it says what to change.
    fn build(
        &self,
        queue: &str,
        aware: Arc<dyn LeaderAware>,
        enqueue: Enqueue,
    ) -> Result<Box<dyn Elector>, BuildError>;
}

impl<B: ElectorBuilder + ?Sized> ElectorBuilder for Arc<B> {
    fn build(
        &self,
        queue: &str,
        aware: Arc<dyn LeaderAware>,
        enqueue: Enqueue,
    ) -> Result<Box<dyn Elector>, BuildError> {
        (**self).build(queue, aware, enqueue)
    }
}
