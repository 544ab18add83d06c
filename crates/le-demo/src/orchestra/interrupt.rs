//! When the main process is told to end.

use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

/// Returns the token that is cancelled by Ctrl-C, by SIGTERM, and when the terminal is closed.
pub(super) fn when_told() -> std::io::Result<CancellationToken> {
    let interrupted = CancellationToken::new();
    for kind in [SignalKind::interrupt(), SignalKind::terminate(), SignalKind::hangup()] {
        let (mut signal, interrupted) = (signal(kind)?, interrupted.clone());
        tokio::spawn(async move {
            signal.recv().await;
            interrupted.cancel();
        });
    }
    Ok(interrupted)
}
