//! An elector over Leases, in virtual time, with whatever observes it and whatever it leads.

use std::sync::Arc;

use le_config::{Config, HolderIdentity, Timing};
use le_core::{ElectorBuilder, ElectorError, Enqueue, LeaderAware, Observers};
use le_testkit::ApiServer;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::replica::secs;

/// An elector that runs on a task. Dropping it ends it as a crash would.
pub(crate) struct Running {
    pub(crate) stop: CancellationToken,
    pub(crate) task: JoinHandle<Result<(), ElectorError>>,
}

impl Running {
    /// 15 s, 10 s and 2 s: client-go's defaults.
    pub(crate) fn start(
        server: &ApiServer,
        name: &str,
        buckets: u32,
        observers: Observers,
        aware: Arc<dyn LeaderAware>,
    ) -> Self {
        let [lease, renew, retry] = [15, 10, 2].map(secs);
        let config = Config::new(buckets, Timing::new(lease, renew, retry).unwrap()).unwrap();
        let component = config.component("controller").with_identity(HolderIdentity::new(name).unwrap());
        let builder = le_lease::Builder::new(server.client(name), component)
            .in_namespace("default")
            .with_seed(name.bytes().map(u64::from).sum())
            .observed_by(observers);
        let elector = builder.build("widgets", aware, Enqueue::nowhere()).unwrap();
        let stop = CancellationToken::new();
        let task = tokio::spawn(elector.run(stop.clone()));
        Self { stop, task }
    }

    /// Stops it as a SIGTERM would, and waits until it has ended.
    pub(crate) async fn stop(mut self) {
        self.stop.cancel();
        (&mut self.task).await.unwrap().unwrap();
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.task.abort();
    }
}
