//! Several controllers in one process.

use std::panic::{AssertUnwindSafe, resume_unwind};

use futures::stream::FuturesUnordered;
use futures::{FutureExt, StreamExt};
use tokio_util::sync::CancellationToken;

use crate::RunError;

/// Runs several until `stop`, each with this same `stop`: when one of them ends, all others are stopped in order.
///
/// ```no_run
/// # use std::sync::Arc;
/// # use futures::FutureExt;
/// # use k8s_openapi::api::core::v1::{ConfigMap, Secret};
/// # use kube::runtime::controller::Action;
/// # use le_core::Leadership;
/// # use le_runtime::{Sharded, run_together};
/// # use tokio_util::sync::CancellationToken;
/// # async fn maps(_: Arc<ConfigMap>, _: Arc<()>, _: Leadership) -> kube::Result<Action> { Ok(Action::await_change()) }
/// # async fn secrets(_: Arc<Secret>, _: Arc<()>, _: Leadership) -> kube::Result<Action> { Ok(Action::await_change()) }
/// # async fn example(one: Sharded<ConfigMap>, other: Sharded<Secret>, stop: CancellationToken) -> Result<(), le_runtime::RunError> {
/// let one = one.run(maps, |_, _, _| Action::await_change(), Arc::new(()), stop.clone());
/// let other = other.run(secrets, |_, _, _| Action::await_change(), Arc::new(()), stop.clone());
/// run_together(&stop, [one.boxed_local(), other.boxed_local()]).await
/// # }
/// ```
///
/// # Errors
///
/// The first error that one of them ended with, when all have ended.
///
/// # Panics
///
/// If one of them does; the others are stopped before.
///
/// # Cancel safety
///
/// Dropping the future drops all of them; see [`Sharded::run`](crate::Sharded::run).
pub async fn run_together<Run>(
    stop: &CancellationToken,
    runs: impl IntoIterator<Item = Run>,
) -> Result<(), RunError>
where
    Run: Future<Output = Result<(), RunError>>,
{
    let (mut failure, mut panic) = (None, None);
    let mut runs: FuturesUnordered<_> =
        runs.into_iter().map(|run| AssertUnwindSafe(run).catch_unwind()).collect();
    while let Some(ended) = runs.next().await {
        stop.cancel();
        match ended {
            Ok(Ok(())) => {}
            Ok(Err(error)) => _ = failure.get_or_insert(error),
            Err(payload) => _ = panic.get_or_insert(payload),
        }
    }
    if let Some(payload) = panic {
        resume_unwind(payload);
    }
    failure.map_or(Ok(()), Err)
}
