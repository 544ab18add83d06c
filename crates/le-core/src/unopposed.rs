//! No election: one replica leads everything.

use std::sync::Arc;

use crate::{Bucket, BuildError, Elector, ElectorBuilder, Enqueue, LeaderAware, Observers, StandingElector};

/// The identity under which observers see whoever has nobody to compete with.
const IDENTITY: &str = "unopposed";

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

impl Unopposed {
    /// Returns a builder of the same electors that tells observers what happens.
    ///
    /// The universal bucket has no name, so each is shown to them under the name of its queue, with the identity `unopposed`.
    pub fn observed_by(self, observers: Observers) -> ObservedUnopposed {
        ObservedUnopposed(observers)
    }
}

/// An [`Unopposed`] whose electors are observed.
#[derive(Clone, Debug)]
#[must_use = "a builder does nothing by itself"]
pub struct ObservedUnopposed(Observers);

impl ElectorBuilder for Unopposed {
    fn build(
        &self,
        _queue: &str,
        aware: Arc<dyn LeaderAware>,
        _enqueue: Enqueue,
    ) -> Result<Box<dyn Elector>, BuildError> {
        Ok(Box::new(elector(aware)))
    }
}

impl ElectorBuilder for ObservedUnopposed {
    fn build(
        &self,
        queue: &str,
        aware: Arc<dyn LeaderAware>,
        _enqueue: Enqueue,
    ) -> Result<Box<dyn Elector>, BuildError> {
        Ok(Box::new(elector(aware).observed_by(self.0.clone(), queue, IDENTITY)))
    }
}

fn elector(aware: Arc<dyn LeaderAware>) -> StandingElector {
    StandingElector::new(Bucket::universal(), aware, None)
}
