//! The fault that a replica has built in: work that blocks.

use std::sync::{Arc, Barrier};
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::signal::unix::{SignalKind, signal};

/// Blocks all threads of the runtime at SIGUSR1 for as long as this, as work does that never awaits.
pub(super) fn when_told(lasts: Duration) -> std::io::Result<()> {
    let mut told = signal(SignalKind::user_defined1())?;
    tokio::spawn(async move {
        while told.recv().await.is_some() {
            let threads = Handle::current().metrics().num_workers();
            // None of them ends before each has a thread of its own.
            let all = Arc::new(Barrier::new(threads));
            for _ in 0..threads {
                let all = Arc::clone(&all);
                tokio::spawn(async move {
                    all.wait();
                    std::thread::sleep(lasts);
                });
            }
        }
    });
    Ok(())
}
