//! Stands between an elector and the work, and notes what goes through.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use le_core::{Bucket, BuildError, Elector, ElectorBuilder, Enqueue, LeaderAware, Leadership, PromoteError};

use crate::arena::Arena;
use crate::entry::{Name, What};
use crate::plan::{Breach, chance};

/// One of so many promotions is refused: a reconciler that cannot start.
const REFUSED_ONE_IN: u64 = 25;

/// Builds the electors of another builder, and notes what they say.
#[derive(Clone)]
pub(super) struct Told {
    builder: le_lease::Builder,
    name: Name,
    arena: Arena,
    seed: u64,
}

impl Told {
    pub(super) fn new(builder: le_lease::Builder, name: Name, arena: Arena, mut seed: fastrand::Rng) -> Self {
        Self { builder, name, arena, seed: seed.u64(..) }
    }
}

impl std::fmt::Debug for Told {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Told").field("name", &self.name).finish_non_exhaustive()
    }
}

impl ElectorBuilder for Told {
    fn build(
        &self,
        queue: &str,
        aware: Arc<dyn LeaderAware>,
        enqueue: Enqueue,
    ) -> Result<Box<dyn Elector>, BuildError> {
        let work = Work { told: self.clone(), aware, terms: Mutex::default() };
        self.builder.build(queue, Arc::new(work), enqueue)
    }
}

struct Work {
    told: Told,
    aware: Arc<dyn LeaderAware>,
    /// The present terms, by bucket.
    terms: Mutex<BTreeMap<Name, u64>>,
}

impl Work {
    fn terms(&self) -> MutexGuard<'_, BTreeMap<Name, u64>> {
        self.terms.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl LeaderAware for Work {
    async fn promote(&self, leadership: Leadership, enqueue: Option<Enqueue>) -> Result<(), PromoteError> {
        let Told { name, arena, seed, .. } = &self.told;
        let (bucket, token) = (Name::from(leadership.bucket().name().as_str()), leadership.token().get());
        arena.promoted(name, &bucket, leadership.clone());
        if chance(*seed, &[&bucket], token).u64(..REFUSED_ONE_IN) == 0 {
            arena.refused(name, &bucket, token);
            return Err(PromoteError::new("it does not want to"));
        }
        self.terms().insert(bucket, token);
        self.aware.promote(leadership, enqueue).await
    }

    async fn demote(&self, bucket: &Bucket) {
        let Told { name, arena, .. } = &self.told;
        let lease = Name::from(bucket.name().as_str());
        let token = self.terms().remove(&lease).unwrap_or_default();
        arena.demoted(name, &lease, token);
        if arena.breach() != Breach::DrainsNothing {
            self.aware.demote(bucket).await;
        }
        arena.note(name, What::Drained { bucket: lease, token });
    }
}
