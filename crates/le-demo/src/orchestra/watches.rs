//! What the main process sees of the cluster: the records, and the Leases.

use futures::{StreamExt, TryStreamExt};
use k8s_openapi::api::core::v1::ConfigMap;
use kube::Api;
use kube::api::DynamicObject;
use kube::runtime::{WatchStreamExt, watcher};
use le_cli::LeaseView;
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

/// Tells of every write of a Lease, whatever is in it.
pub(super) async fn leases(api: Api<DynamicObject>, inputs: UnboundedSender<Input>) {
    let changes = watcher(api, watcher::Config::default()).default_backoff();
    let told = changes.map_ok(|event| {
        if let watcher::Event::Apply(lease) | watcher::Event::InitApply(lease) = event {
            let seen = LeaseSeen { lease: LeaseView::read(&lease), at: Stamp::now() };
            let _ = inputs.send(Input::Lease(Box::new(seen)));
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
