//! One operator, and four ways to elect its leaders, each of them one line.
//!
//! ```text
//! cargo run -p le-runtime --example backends -- --backend lease
//! ```

mod file_lock;
mod operator;

use std::sync::Arc;

use clap::{Parser, ValueEnum};
use file_lock::FileLock;
use kube::Client;
use le_core::{ElectorBuilder, Unopposed};
use le_runtime::stop_on_signal;
use operator::operate;

/// Counts the keys of the ConfigMaps that have the label acme.example.com/count.
#[derive(Parser)]
struct Arguments {
    /// What elects the leaders.
    #[arg(long, value_enum, default_value_t = Backend::Unopposed)]
    backend: Backend,
}

#[derive(Clone, Copy, ValueEnum)]
enum Backend {
    /// Nothing: there is one replica.
    Unopposed,
    /// Leases, as config-leader-election says.
    Lease,
    /// The ordinals of a StatefulSet, as the environment says.
    Statefulset,
    /// A file in the present folder, for replicas on one machine: written for this example.
    File,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    tracing_subscriber::fmt().with_writer(std::io::stderr).init();
    let client = Client::try_default().await?;
    let config = le_lease::load_config(&client).await?;
    let env = |key: &str| std::env::var(key).ok();

    let builder: Arc<dyn ElectorBuilder> = match arguments.backend {
        Backend::Unopposed => Arc::new(Unopposed),
        Backend::Lease => Arc::new(le_lease::Builder::new(client.clone(), config.component("counter"))),
        Backend::Statefulset => Arc::new(le_statefulset::Builder::from_env(env, config.buckets())?),
        Backend::File => Arc::new(FileLock::new(".")),
    };
    operate(client, &*builder, stop_on_signal()?).await
}
