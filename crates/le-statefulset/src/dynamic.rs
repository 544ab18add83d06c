//! The choice between ordinals and another way to elect.

use std::sync::Arc;

use le_core::{ElectorBuilder, Observers};

use crate::variables::STATEFUL;
use crate::{Builder, PlacementError};

/// Chooses how to elect: by ordinal where the environment asks for it, else with `fallback`.
///
/// It asks for it as soon as one of the four `STATEFUL_*` variables is set, be it to nothing. From then on a mistake is an
/// error: a pod that fell back on its own would lead everything beside its neighbours.
///
/// # Errors
///
/// [`PlacementError`], which names the variable, when some variable is set but they do not give the pod a place.
pub fn dynamic(
    env: impl Fn(&str) -> Option<String>,
    buckets: u32,
    fallback: impl ElectorBuilder + 'static,
) -> Result<Arc<dyn ElectorBuilder>, PlacementError> {
    dynamic_observed(env, buckets, fallback, Observers::default())
}

/// Chooses as [`dynamic`] does, and has the electors by ordinal tell `observers` what happens. The fallback comes with its own.
///
/// # Errors
///
/// As for [`dynamic`].
pub fn dynamic_observed(
    env: impl Fn(&str) -> Option<String>,
    buckets: u32,
    fallback: impl ElectorBuilder + 'static,
    observers: Observers,
) -> Result<Arc<dyn ElectorBuilder>, PlacementError> {
    if STATEFUL.into_iter().all(|variable| env(variable).is_none()) {
        return Ok(Arc::new(fallback));
    }
    Ok(Arc::new(Builder::from_env(env, buckets)?.observed_by(observers)))
}
