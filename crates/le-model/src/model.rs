//! The candidates of one Lease as a model that stateright can search.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use stateright::{Model, Property};

use crate::action::Action;
use crate::journal::{Coverage, Journal};
use crate::rules;
use crate::scope::Scope;
use crate::world::World;

/// The model: a scope, and what was seen of it.
#[derive(Clone, Debug)]
pub(crate) struct Candidates {
    pub(crate) scope: Scope,
    pub(crate) coverage: Arc<Coverage>,
    /// Whether somebody wants the search to end: no world has a next then.
    pub(crate) stopped: Arc<AtomicBool>,
}

impl Candidates {
    pub(crate) fn new(scope: Scope, stopped: Arc<AtomicBool>) -> Self {
        Self { scope, coverage: Arc::default(), stopped }
    }
}

impl Model for Candidates {
    type State = World;
    type Action = Action;

    fn init_states(&self) -> Vec<World> {
        self.scope
            .setups()
            .iter()
            .map(|setup| World::new(self.scope, *setup, &mut Journal::default()))
            .collect()
    }

    fn actions(&self, world: &World, actions: &mut Vec<Action>) {
        if !self.stopped.load(Ordering::Relaxed) {
            world.actions(actions);
        }
    }

    fn next_state(&self, world: &World, action: Action) -> Option<World> {
        Some(world.after(action, &mut Journal { coverage: Some(&self.coverage), lines: None }))
    }

    fn properties(&self) -> Vec<Property<Self>> {
        rules::properties()
    }
}
