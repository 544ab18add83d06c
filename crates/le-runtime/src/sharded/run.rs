//! The controller and the election, side by side.

use std::fmt;
use std::hash::Hash;
use std::panic::resume_unwind;
use std::sync::Arc;
use std::time::Duration;

use futures::stream::FuturesUnordered;
use futures::{FutureExt, StreamExt};
use kube::Resource;
use kube::runtime::controller::Action;
use le_core::Leadership;
use serde::de::DeserializeOwned;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use super::Sharded;
use super::cache::Cache;
use super::results::Results;
use crate::RunError;
use crate::shard::skip;

/// How long the controller may take to come to its end when nothing is in hand any more.
const FINISH: Duration = Duration::from_secs(1);

pub(super) async fn run<K, Ctx, Fut, E>(
    sharded: Sharded<K>,
    reconcile: impl FnMut(Arc<K>, Arc<Ctx>, Leadership) -> Fut,
    error_policy: impl Fn(Arc<K>, &E, Arc<Ctx>) -> Action,
    context: Arc<Ctx>,
    stop: CancellationToken,
) -> Result<(), RunError>
where
    K: Clone + Resource + DeserializeOwned + fmt::Debug + Send + Sync + 'static,
    K::DynamicType: Eq + Hash + Clone + fmt::Debug + Unpin + Send + Sync,
    Fut: Future<Output = Result<Action, E>> + Send + 'static,
    E: std::error::Error + Send + 'static,
{
    let Sharded { controller, shard, keys, elector, observe } = sharded;
    // Whichever of the two ends, by itself or because it was stopped, takes the other along.
    let leave = stop.child_token();

    let elsewhere = {
        let (shard, leave) = (shard.clone(), leave.clone());
        move |object: Arc<K>| match &observe {
            None => skip(),
            Some(observe) => {
                let observer = leave.clone().run_until_cancelled_owned(observe(Arc::clone(&object)));
                shard.observing(&object, observer.map(drop))
            }
        }
    };
    let store = controller.store();
    let mut results = Results::new(
        controller.reconcile_on(keys).graceful_shutdown_on(leave.clone().cancelled_owned()).run(
            shard.route(reconcile, elsewhere),
            shard.error_policy(error_policy),
            context,
        ),
    );
    let mut cache = Cache::new(&store, shard.options());
    // In a set, the election is polled only when it was woken, and not with each result of the controller. Being in one task
    // with the controller, a promotion enqueues all of its keys before the controller takes the next one.
    let mut election = FuturesUnordered::new();
    // Who competes waits for the cache. Who leads from the start leads before the controller takes its first key.
    let mut candidate = Some(elector);
    if candidate.as_ref().is_some_and(|elector| !elector.initial_buckets().is_empty()) {
        election.extend(candidate.take().map(|elector| elector.run(leave.clone())));
    }

    let elected = loop {
        tokio::select! {
            biased;
            Some(elected) = election.next() => break elected,
            () = results.until_end() => break Ok(()),
            // After the controller, since it is the controller that fills the cache.
            () = cache.filled(), if !cache.is_filled() => {
                election.extend(candidate.take().map(|elector| elector.run(leave.clone())));
            }
            () = leave.cancelled(), if candidate.is_some() => break Ok(()),
        }
    };
    leave.cancel();
    let elected = election.next().await.unwrap_or(elected);
    // Nothing is in hand any more, but for what nobody can end; only the controller's own end is left. (It never comes to an
    // end where it never began.)
    if cache.is_filled() {
        let _ = timeout(FINISH, results.until_end()).await;
    }
    if let Some(panic) = results.panic {
        resume_unwind(panic);
    }
    elected?;
    results.failure.map_or(Ok(()), |failure| Err(failure.into()))
}
