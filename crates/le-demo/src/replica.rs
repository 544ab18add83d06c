//! One process of the operator: it reconciles the objects whose buckets it leads.

mod backend;
mod connect;
mod reconcile;
mod records;
mod reporter;
mod stop;
mod told;
mod wedge;

use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::bail;
use k8s_openapi::api::core::v1::ConfigMap;
use kube::Api;
use kube::runtime::{Controller, controller, watcher};
use le_observe::Observe;
use le_runtime::Sharded;
use prometheus_client::registry::Registry;
use tokio_util::sync::CancellationToken;

use crate::cli::ReplicaArgs;
use crate::fault::Fault;
use crate::object;
use crate::report::Report;

pub(crate) use connect::{to_context, to_server};

use reconcile::Context;
use records::Records;
use reporter::Reporter;
use told::Told;

/// How many objects one process has in hand at most.
const CONCURRENCY: u16 = 4;
/// How long a process may take to drain and release, once it is told to stop.
pub(crate) const STOP_BOUND: Duration = Duration::from_secs(10);

/// Runs until a signal comes, or the main process is gone; then drains and releases.
pub(crate) async fn run(args: ReplicaArgs) -> anyhow::Result<()> {
    connect::log();
    let stop = stop::when_told()?;
    let reporter = Reporter::new();
    let config = match &args.server {
        Some(url) => to_server(url)?,
        None => to_context(args.context.as_deref()).await?,
    };
    // The Leases have a client, and so connections, of their own: no crowd of objects delays a renewal.
    let (work, leases) = (kube::Client::try_from(config.clone())?, kube::Client::try_from(config)?);

    let controller = Controller::new(
        Api::<ConfigMap>::namespaced(work.clone(), &args.namespace),
        watcher::Config::default().labels(object::OBJECTS),
    )
    .with_config(controller::Config::default().concurrency(CONCURRENCY));
    let mut registry = Registry::default();
    let observe = Observe::new(&mut registry);
    let probes = observe.serve((Ipv4Addr::LOCALHOST, 0), registry)?;
    let builder = Told::new(backend::builder(&args, leases, observe.observers())?, reporter.clone());
    let sharded = Sharded::new(controller, &builder, object::QUEUE)?;
    let records = Records::new(work, &args.namespace, args.identity);
    let context = Arc::new(Context { records, reporter: reporter.clone() });

    wedge::when_told(Fault::lasts(args.config()?.timing()))?;
    reporter.report(Report::Started { pid: std::process::id(), probes });
    tokio::select! {
        ended = sharded.run(reconcile::reconcile, reconcile::retry, context, stop.clone()) => ended?,
        () = outlasted(&stop) => bail!("did not stop within {STOP_BOUND:?} of being told to"),
    }
    if !stop.is_cancelled() {
        bail!("the controller ended while it was needed");
    }
    builder.ended().await;
    Ok(())
}

/// Completes when the bound of a stop has passed.
async fn outlasted(stop: &CancellationToken) {
    stop.cancelled().await;
    tokio::time::sleep(STOP_BOUND).await;
}
