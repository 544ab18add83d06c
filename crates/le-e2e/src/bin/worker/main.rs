//! An operator on `le-runtime`, as a user would write it, that says on standard output what it has in hand.
//!
//! It reconciles the ConfigMaps with the label `e2e=object`: the number under `generation` goes into a record, through the gate and
//! with the stamp, and into a store outside of the cluster, through the gate and with the token in the body.

mod desk;
mod reconcile;
mod told;

use std::sync::Arc;
use std::time::Duration;

use clap::Parser;
use k8s_openapi::api::core::v1::ConfigMap;
use kube::runtime::{Controller, controller, watcher};
use kube::{Api, Client};
use le_config::{Config, HolderIdentity, Timing};
use le_runtime::{Sharded, stop_on_signal};

use desk::Desk;
use reconcile::Context;
use told::Told;

/// How many objects are in hand at most.
const CONCURRENCY: u16 = 8;
/// A connection on which nothing comes for so long is given up: it may be one that leads nowhere any more.
const SILENCE: Duration = Duration::from_secs(20);

/// Reconciles until SIGTERM or Ctrl-C.
#[derive(Debug, Parser)]
struct Arguments {
    /// The holder identity, and the name towards the store; no other process may have it
    #[arg(long)]
    identity: String,
    /// The namespace of the Leases, the objects and the records
    #[arg(long)]
    namespace: String,
    /// The URL of the store
    #[arg(long)]
    store: String,
    /// Among how many buckets the objects are divided
    #[arg(long)]
    buckets: u32,
    /// The lease duration, in milliseconds
    #[arg(long)]
    lease: u64,
    /// The renew deadline, in milliseconds
    #[arg(long)]
    renew: u64,
    /// The retry period, in milliseconds
    #[arg(long)]
    retry: u64,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .with_ansi(false)
        .with_max_level(tracing::Level::INFO)
        .init();
    let [lease, renew, retry] =
        [arguments.lease, arguments.renew, arguments.retry].map(Duration::from_millis);
    let component = Config::new(arguments.buckets, Timing::new(lease, renew, retry)?)?
        .component("worker")
        .with_identity(HolderIdentity::new(arguments.identity.as_str())?);

    let mut config = kube::Config::infer().await?;
    config.read_timeout = Some(SILENCE);
    let (client, leases) = (Client::try_from(config.clone())?, Client::try_from(config)?);
    let store = Client::try_from(kube::Config::new(arguments.store.parse()?))?;
    let desk = Desk;
    let builder = le_lease::Builder::new(leases, component).in_namespace(&arguments.namespace);
    let builder = Told::new(Arc::new(builder), desk.clone());

    let objects: Api<ConfigMap> = Api::namespaced(client.clone(), &arguments.namespace);
    let controller = Controller::new(objects, watcher::Config::default().labels("e2e=object"))
        .with_config(controller::Config::default().concurrency(CONCURRENCY));
    let (identity, namespace) = (arguments.identity, arguments.namespace);
    let context = Arc::new(Context { client, store, desk, identity, namespace });
    let sharded = Sharded::new(controller, &builder, "objects")?;
    sharded.run(reconcile::reconcile, reconcile::retry, context, stop_on_signal()?).await?;
    Ok(())
}
