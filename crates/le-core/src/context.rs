//! What a program knows about its election: perhaps a configuration, perhaps a builder.

use std::sync::Arc;

use crate::{BuildError, Elector, ElectorBuilder, Enqueue, LeaderAware, Unopposed};

/// Holds an optional configuration and an optional builder, for the code that makes controllers without knowing the backend.
///
/// Knative keeps the two in Go's context; here they are a value. `C` is the configuration, of whatever type the program has.
#[derive(Clone, Debug)]
pub struct ElectionContext<C = ()> {
    config: Option<C>,
    builder: Option<Arc<dyn ElectorBuilder>>,
}

impl ElectionContext {
    /// Makes a context with neither a configuration nor a builder.
    pub fn new() -> Self {
        Self::default()
    }
}

impl<C> Default for ElectionContext<C> {
    fn default() -> Self {
        Self { config: None, builder: None }
    }
}

impl<C> ElectionContext<C> {
    /// Sets the configuration.
    #[must_use]
    pub fn with_config<D>(self, config: D) -> ElectionContext<D> {
        ElectionContext { config: Some(config), builder: self.builder }
    }

    /// Sets the builder of the election backend.
    #[must_use]
    pub fn with_builder(mut self, builder: impl ElectorBuilder + 'static) -> Self {
        self.builder = Some(Arc::new(builder));
        self
    }

    /// Returns the configuration, where one was set.
    pub fn config(&self) -> Option<&C> {
        self.config.as_ref()
    }

    /// Tells whether a builder is there, that is, whether replicas elect among each other.
    pub fn has_leader_election(&self) -> bool {
        self.builder.is_some()
    }

    /// Builds the elector for one work queue: with the builder, or else unopposed.
    ///
    /// # Errors
    ///
    /// [`BuildError`] as the builder gives it. Without a builder there is none.
    pub fn build_elector(
        &self,
        queue: &str,
        aware: Arc<dyn LeaderAware>,
        enqueue: Enqueue,
    ) -> Result<Box<dyn Elector>, BuildError> {
        match &self.builder {
            Some(builder) => builder.build(queue, aware, enqueue),
            None => Unopposed.build(queue, aware, enqueue),
        }
    }
}
