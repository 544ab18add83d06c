//! The builder of electors by ordinal.

use std::sync::Arc;

use le_core::{BuildError, Elector, ElectorBuilder, Enqueue, LeaderAware, Observers, StandingElector};

use crate::{Placement, PlacementError};

/// Builds electors that lead the bucket of this pod's ordinal from the moment they run, and need no API server.
///
/// All queues of a program have the same buckets. A promotion comes with the enqueue function, since another replica may have
/// led the bucket before the number of buckets was changed.
#[derive(Clone, Debug)]
pub struct Builder {
    placement: Placement,
    observers: Observers,
}

impl Builder {
    /// Makes a builder for the place that the environment gives this pod among `buckets` replicas.
    ///
    /// # Errors
    ///
    /// [`PlacementError`], which names the variable, when the environment does not give the pod a place.
    pub fn from_env(env: impl Fn(&str) -> Option<String>, buckets: u32) -> Result<Self, PlacementError> {
        Placement::from_env(env, buckets).map(Self::new)
    }

    /// Makes a builder for a place that is known.
    pub fn new(placement: Placement) -> Self {
        Self { placement, observers: Observers::default() }
    }

    /// Sets who is told what happens. The identity that observers see is the pod's name. [`Leaders`](le_core::Leaders) know the
    /// pods of all the other buckets, too: by their ordinals, be they there or not.
    #[must_use]
    pub fn observed_by(mut self, observers: Observers) -> Self {
        self.observers = observers;
        self
    }

    /// Returns the place of this pod.
    pub fn placement(&self) -> &Placement {
        &self.placement
    }
}

impl ElectorBuilder for Builder {
    fn build(
        &self,
        _queue: &str,
        aware: Arc<dyn LeaderAware>,
        enqueue: Enqueue,
    ) -> Result<Box<dyn Elector>, BuildError> {
        let (bucket, pod) = (self.placement.bucket().clone(), self.placement.pod());
        let name = bucket.name().as_str().to_owned();
        let others = self.placement.others().map(|(bucket, pod)| (bucket.as_str().to_owned(), pod));
        let elector = StandingElector::new(bucket, aware, Some(enqueue)).beside(others);
        Ok(Box::new(elector.observed_by(self.observers.clone(), name, pod)))
    }
}
