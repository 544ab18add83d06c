//! The signals that end a program.

use std::io;

use tokio_util::sync::CancellationToken;

/// Returns a token that is cancelled by the first SIGTERM, which Kubernetes sends to stop a pod, or by the first Ctrl-C.
///
/// Give it, or clones of it, to all that is run. From here on these signals do not end the process by themselves any more, and
/// further ones change nothing: the program ends when its drains have, for which [`Options::drain_bound`] is a bound.
///
/// ```no_run
/// # use std::sync::Arc;
/// # use k8s_openapi::api::core::v1::ConfigMap;
/// # use kube::runtime::controller::Action;
/// # use le_core::Leadership;
/// # use le_runtime::{Sharded, stop_on_signal};
/// # async fn reconcile(_: Arc<ConfigMap>, _: Arc<()>, _: Leadership) -> kube::Result<Action> { Ok(Action::await_change()) }
/// # fn error_policy(_: Arc<ConfigMap>, _: &kube::Error, _: Arc<()>) -> Action { Action::await_change() }
/// # async fn example(sharded: Sharded<ConfigMap>) -> Result<(), Box<dyn std::error::Error>> {
/// sharded.run(reconcile, error_policy, Arc::new(()), stop_on_signal()?).await?;
/// # Ok(())
/// # }
/// ```
///
/// # Errors
///
/// The operating system's, when it takes no handler for a signal.
///
/// # Panics
///
/// Outside of a tokio runtime.
///
/// [`Options::drain_bound`]: crate::Options::drain_bound
pub fn stop_on_signal() -> io::Result<CancellationToken> {
    let stop = CancellationToken::new();
    let (told, signalled) = (stop.clone(), first_signal()?);
    tokio::spawn(async move {
        signalled.await;
        told.cancel();
    });
    Ok(stop)
}

/// Takes the signals over at once, and completes at the first.
#[cfg(unix)]
fn first_signal() -> io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    Ok(async move {
        tokio::select! { _ = terminate.recv() => {}, _ = interrupt.recv() => {} }
    })
}

/// Takes Ctrl-C over at once, and completes at the first.
#[cfg(windows)]
fn first_signal() -> io::Result<impl Future<Output = ()>> {
    let mut interrupt = tokio::signal::windows::ctrl_c()?;
    Ok(async move { _ = interrupt.recv().await })
}
