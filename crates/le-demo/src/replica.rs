//! One process of the operator: it reconciles the objects whose buckets it leads.

mod bell;
mod connect;
mod election;
mod gate;
mod reconcile;
mod records;
mod reporter;
mod stop;
mod terms;

use std::sync::Arc;
use std::time::Duration;

use anyhow::bail;
use futures::StreamExt;
use k8s_openapi::api::core::v1::ConfigMap;
use kube::Api;
use kube::runtime::{Controller, controller, watcher};
use tokio_util::sync::CancellationToken;

use crate::cli::ReplicaArgs;
use crate::object;
use crate::report::Report;

pub(crate) use connect::{to_context, to_server};

use election::Election;
use gate::Gate;
use reconcile::Context;
use records::Records;
use reporter::Reporter;

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
    let election = Election::new(&args, leases, reporter.clone())?;
    let context = Context {
        gate: Gate::new(Arc::clone(&election.led), Arc::clone(&election.terms)),
        records: Records::new(work, &args.namespace, args.identity),
        reporter: reporter.clone(),
    };
    let reconciling = controller
        .reconcile_all_on(election.bell.rings())
        .run(reconcile::reconcile, reconcile::retry, Arc::new(context))
        .for_each(|done| async move {
            if let Err(error) = done {
                tracing::debug!(error = &error as &dyn std::error::Error, "a reconcile failed");
            }
        });

    reporter.report(Report::Started { pid: std::process::id() });
    tokio::select! {
        ended = election.run(stop.clone()) => ended?,
        () = reconciling => bail!("the controller ended while it was needed"),
        () = outlasted(&stop) => bail!("did not stop within {STOP_BOUND:?} of being told to"),
    }
    Ok(())
}

/// Completes when the bound of a stop has passed.
async fn outlasted(stop: &CancellationToken) {
    stop.cancelled().await;
    tokio::time::sleep(STOP_BOUND).await;
}
