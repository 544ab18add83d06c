//! What the main process sees of the cluster: the records, and the Leases.

use futures::{StreamExt, TryStreamExt};
use k8s_openapi::api::coordination::v1::Lease;
use k8s_openapi::api::core::v1::ConfigMap;
use kube::Api;
use kube::runtime::{WatchStreamExt, watcher};
use tokio::sync::mpsc::UnboundedSender;

use super::input::{Input, LeaseSeen};
use crate::ledger::Source;
use crate::object::{RECORDS, Record};
use crate::stamp::Stamp;

/// Tells of every record that is written, in the order in which the API server took the writes.
pub(super) async fn records(api: Api<ConfigMap>, inputs: UnboundedSender<Input>) {
    let changes = watcher(api, watcher::Config::default().labels(RECORDS)).default_backoff();
    let told = changes.map_ok(|event| {
        let (map, source) = match event {
            watcher::Event::Apply(map) => (map, Source::Change),
            watcher::Event::InitApply(map) => (map, Source::List),
            watcher::Event::Delete(_) | watcher::Event::Init | watcher::Event::InitDone => return,
        };
        if let Some((object, record)) = Record::from_config_map(&map) {
            let _ = inputs.send(Input::Record { object, record, source });
        }
    });
    told.for_each(warn("records")).await;
}

/// Tells of every write of a Lease.
pub(super) async fn leases(api: Api<Lease>, inputs: UnboundedSender<Input>) {
    let changes = watcher(api, watcher::Config::default()).default_backoff();
    let told = changes.map_ok(|event| {
        if let watcher::Event::Apply(lease) | watcher::Event::InitApply(lease) = event {
            let seen = LeaseSeen {
                name: lease.metadata.name.unwrap_or_default(),
                holder: lease.spec.and_then(|spec| spec.holder_identity).unwrap_or_default(),
                version: lease.metadata.resource_version.unwrap_or_default(),
                at: Stamp::now(),
            };
            let _ = inputs.send(Input::Lease(seen));
        }
    });
    told.for_each(warn("Leases")).await;
}

fn warn(what: &str) -> impl Fn(watcher::Result<()>) -> std::future::Ready<()> {
    move |seen| {
        if let Err(error) = seen {
            tracing::warn!(error = &error as &dyn std::error::Error, "the watch of the {what} begins anew");
        }
        std::future::ready(())
    }
}
