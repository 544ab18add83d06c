//! No election: one replica leads everything.

use std::sync::Arc;

use crate::{Bucket, BuildError, Elector, ElectorBuilder, Enqueue, LeaderAware, StandingElector};

/// Builds electors that lead the universal bucket from the start, for an operator that runs as one replica.
///
/// It promotes without an enqueue function, as Knative's does: the first list of a controller enqueues everything already.
///
/// ```
/// let builder = le_core::Unopposed;
/// # let _: &dyn le_core::ElectorBuilder = &builder;
/// ```
#[derive(Clone, Copy, Debug, Default)]
#[expect(clippy::exhaustive_structs, reason = "it is written as a value, and has nothing to configure")]
pub struct Unopposed;

impl ElectorBuilder for Unopposed {
    fn build(
        &self,
        _queue: &str,
        aware: Arc<dyn LeaderAware>,
        _enqueue: Enqueue,
    ) -> Result<Box<dyn Elector>, BuildError> {
        Ok(Box::new(StandingElector::new(Bucket::universal(), aware, None)))
    }
}
