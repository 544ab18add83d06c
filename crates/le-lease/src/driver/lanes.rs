//! How many requests of a process are under way at once.

use std::sync::Arc;
use std::time::Duration;

use le_config::Timing;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

/// One more request at once is one more connection, since kube's client speaks HTTP/1.1. To open one, with its TLS handshake, takes
/// longer than to wait for one that is open, and a process that hands over a thousand Leases must not open a thousand.
const LANES: usize = 4;

/// The lanes of one process. Cheap to clone.
#[derive(Clone, Debug)]
pub(super) struct Lanes {
    free: Arc<Semaphore>,
    patience: Duration,
}

impl Lanes {
    pub(super) fn new(timing: Timing) -> Self {
        // An attempt has a quarter of what is left of the renew deadline after a retry period; a quarter of that is for waiting.
        let patience = timing.renew_deadline().saturating_sub(timing.retry_period()) / 16;
        Self { free: Arc::new(Semaphore::new(LANES)), patience }
    }

    /// Waits for a lane, in the order of asking. After a while there is none to be had: those that are taken hang, and one that
    /// hangs must hold up no other.
    pub(super) async fn take(&self) -> Option<OwnedSemaphorePermit> {
        timeout(self.patience, Arc::clone(&self.free).acquire_owned()).await.ok()?.ok()
    }
}
