//! When a replica is told to stop.

use std::io::Read;

use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

/// Returns the token that is cancelled by SIGTERM, by Ctrl-C, and by the end of standard input.
///
/// The main process holds the other end of standard input and never writes. However it ends, its replicas see that, and none
/// is left behind.
pub(super) fn when_told() -> std::io::Result<CancellationToken> {
    let stop = CancellationToken::new();
    for kind in [SignalKind::terminate(), SignalKind::interrupt()] {
        let (mut signal, stop) = (signal(kind)?, stop.clone());
        tokio::spawn(async move {
            signal.recv().await;
            stop.cancel();
        });
    }
    let orphaned = stop.clone();
    std::thread::Builder::new().name("stdin".to_owned()).spawn(move || {
        while matches!(std::io::stdin().read(&mut [0; 64]), Ok(1..)) {}
        orphaned.cancel();
    })?;
    Ok(stop)
}
