//! All of it at once.

use le_core::{Observer, Observers};
use prometheus_client::registry::Registry;

use crate::{Health, Metrics};

/// Metrics and health of all elections of a process, and the observers to give to the builder of their electors. Cheap to clone.
#[derive(Clone, Debug)]
#[must_use = "nothing is observed until the observers are given to a builder"]
pub struct Observe {
    observers: Observers,
    health: Health,
}

impl Observe {
    /// Registers the metrics, and takes the default [`Health`].
    ///
    /// `registry` should have no prefix, or client-go's metrics get another name than theirs.
    pub fn new(registry: &mut Registry) -> Self {
        Self::with_health(registry, Health::new())
    }

    /// Registers the metrics, and takes a [`Health`] of one's own.
    pub fn with_health(registry: &mut Registry, health: Health) -> Self {
        let observers = Observers::new().with(Metrics::register(registry)).with(health.clone());
        Self { observers, health }
    }

    /// Adds an observer of one's own. What [`observers`](Self::observers) gave before goes on without it.
    pub fn with(mut self, observer: impl Observer) -> Self {
        self.observers = self.observers.with(observer);
        self
    }

    /// Returns the observers, for the builder of the electors. One builder or several: they are shown together.
    pub fn observers(&self) -> Observers {
        self.observers.clone()
    }

    /// Returns what probes ask.
    pub fn health(&self) -> &Health {
        &self.health
    }
}
