//! An operator that can be seen from outside: any number of replicas share the ConfigMaps with a label, and each of them serves
//! `/livez`, `/readyz` and `/metrics`.
//!
//! ```text
//! cargo run -p le-observe --example observed               # in the cluster that the kubeconfig names
//! cargo run -p le-observe --example observed -- --embedded # or alone, with an API server of its own
//! curl localhost:8080/metrics
//! cargo run -p le-observe --example observed -- --events --label acme.example.com/role=leader # in a pod, with the rights for it
//! ```

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::http::StatusCode;
use axum::routing::get;
use clap::Parser;
use k8s_openapi::api::core::v1::ConfigMap;
use kube::runtime::controller::{Action, Controller};
use kube::runtime::watcher;
use kube::{Api, Client};
use le_core::{ElectorBuilder, Leadership, NotLeading};
use le_observe::{Events, Health, Observe, PodLabel};
use le_runtime::{Sharded, stop_on_signal};
use prometheus_client::encoding::text;
use prometheus_client::registry::Registry;

/// Looks after ConfigMaps until SIGTERM or Ctrl-C.
#[derive(Parser)]
struct Arguments {
    /// Where to serve probes and metrics; port 0 takes any that is free.
    #[arg(long, default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    /// Uses an API server of its own, which begins empty, instead of a cluster.
    #[arg(long)]
    embedded: bool,
    /// Writes Events on the Leases.
    #[arg(long)]
    events: bool,
    /// Has its pod carry this label, `key=value`, while it leads.
    #[arg(long, value_parser = label)]
    label: Option<(String, String)>,
}

fn label(text: &str) -> Result<(String, String), &'static str> {
    let (key, value) = text.split_once('=').ok_or("it has the form key=value")?;
    Ok((key.to_owned(), value.to_owned()))
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    tracing_subscriber::fmt().with_writer(std::io::stderr).init();
    let arguments = Arguments::parse();
    let client = match arguments.embedded {
        true => le_testkit::ApiServer::new().client("operator"),
        false => Client::try_default().await?,
    };

    let mut registry = Registry::default();
    let mut observe = Observe::new(&mut registry);
    let namespace = le_config::namespace(|key| std::env::var(key).ok());
    let namespace = namespace.unwrap_or_else(|| client.default_namespace().to_owned());
    let events = arguments.events.then(|| Events::new(client.clone(), namespace).reported_by("observed"));
    if let Some(events) = &events {
        observe = observe.with(events.clone());
    }
    serve(arguments.listen, observe.health().clone(), registry).await?;

    let component = le_lease::load_config(&client).await?.component("observed");
    let builder = le_lease::Builder::new(client.clone(), component).observed_by(observe.observers());
    let builder: Arc<dyn ElectorBuilder> = match arguments.label {
        Some((key, value)) => Arc::new(PodLabel::new(client.clone(), key, value).around_all_of(builder)),
        None => Arc::new(builder),
    };
    let labelled = watcher::Config::default().labels("example.com/observed");
    let controller = Controller::new(Api::<ConfigMap>::all(client.clone()), labelled);
    let sharded = Sharded::new(controller, &builder, "maps")?;
    sharded.run(reconcile, error_policy, Arc::new(client), stop_on_signal()?).await?;
    if let Some(events) = &events {
        events.flush(&observe.observers(), Duration::from_secs(5)).await;
    }
    Ok(())
}

async fn reconcile(
    object: Arc<ConfigMap>,
    _client: Arc<Client>,
    leadership: Leadership,
) -> Result<Action, NotLeading> {
    leadership.ensure()?;
    tracing::info!(object = object.metadata.name, "reconciled");
    Ok(Action::await_change())
}

fn error_policy(_: Arc<ConfigMap>, _: &NotLeading, _: Arc<Client>) -> Action {
    Action::requeue(Duration::from_secs(5))
}

/// Serves probes and metrics on a task of its own, from before the first election on.
#[expect(clippy::print_stdout, reason = "a program says where it listens")]
async fn serve(address: SocketAddr, health: Health, registry: Registry) -> anyhow::Result<()> {
    let (live, ready, registry) = (health.clone(), health, Arc::new(registry));
    let probes = Router::new()
        .route("/livez", get(async move || answer(live.live(), &live)))
        .route("/readyz", get(async move || answer(ready.ready(), &ready)))
        .route("/metrics", get(async move || metrics(&registry)));
    let listener = tokio::net::TcpListener::bind(address).await?;
    println!("listening on {}", listener.local_addr()?);
    tokio::spawn(async move { axum::serve(listener, probes).await });
    Ok(())
}

/// Answers a probe; whoever reads the body learns more.
fn answer(health: Result<(), impl std::error::Error>, all: &Health) -> (StatusCode, String) {
    match health {
        Ok(()) => (StatusCode::OK, format!("ok\n{all}")),
        Err(error) => (StatusCode::SERVICE_UNAVAILABLE, format!("{error}\n{all}")),
    }
}

fn metrics(registry: &Registry) -> (StatusCode, [(&'static str, &'static str); 1], String) {
    let mut body = String::new();
    let status = match text::encode(&mut body, registry) {
        Ok(()) => StatusCode::OK,
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR,
    };
    (status, [("content-type", "application/openmetrics-text; version=1.0.0; charset=utf-8")], body)
}
