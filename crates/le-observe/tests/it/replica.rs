//! A replica over Leases, in virtual time, that is observed.

use std::sync::Arc;
use std::time::Duration;

use le_config::{Config, HolderIdentity, Timing};
use le_core::{ElectorBuilder, ElectorError, Enqueue, LedBuckets};
use le_observe::{Health, Observe};
use le_testkit::ApiServer;
use prometheus_client::encoding::text;
use prometheus_client::registry::Registry;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// Longer than anything here takes.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

pub(crate) const LEASE: &str = "controller.widgets.00-of-01";

pub(crate) struct Replica {
    observe: Observe,
    registry: Registry,
    pub(crate) stop: CancellationToken,
    pub(crate) running: JoinHandle<Result<(), ElectorError>>,
}

impl Replica {
    pub(crate) fn start(server: &ApiServer, name: &str) -> Self {
        Self::lead(server, name, LedBuckets::new())
    }

    /// 15 s, 10 s and 2 s: client-go's defaults.
    pub(crate) fn lead(server: &ApiServer, name: &str, led: LedBuckets) -> Self {
        let [lease, renew, retry] = [15, 10, 2].map(secs);
        let config = Config::new(1, Timing::new(lease, renew, retry).unwrap()).unwrap();
        let component = config.component("controller").with_identity(HolderIdentity::new(name).unwrap());
        let mut registry = Registry::default();
        let observe = Observe::new(&mut registry);
        let builder = le_lease::Builder::new(server.client(name), component)
            .in_namespace("default")
            .with_seed(name.bytes().map(u64::from).sum())
            .observed_by(observe.observers());
        let elector = builder.build("widgets", Arc::new(led), Enqueue::nowhere()).unwrap();
        let stop = CancellationToken::new();
        let running = tokio::spawn(elector.run(stop.clone()));
        Self { observe, registry, stop, running }
    }

    fn flush(&self) {
        assert!(self.observe.observers().flush(PATIENCE));
    }

    /// What probes ask, once it knows of all that was told so far.
    pub(crate) fn health(&self) -> &Health {
        self.flush();
        self.observe.health()
    }

    /// What a scrape gives, after all that was told so far.
    pub(crate) fn scrape(&self) -> String {
        self.flush();
        let mut text = String::new();
        text::encode(&mut text, &self.registry).unwrap();
        text
    }
}

impl Drop for Replica {
    fn drop(&mut self) {
        self.running.abort();
    }
}

pub(crate) fn secs(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

pub(crate) async fn sleep(seconds: u64) {
    tokio::time::sleep(secs(seconds)).await;
}
