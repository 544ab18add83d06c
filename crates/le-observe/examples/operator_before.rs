//! An operator of a few lines, of which nothing is seen from outside. `operator_after.rs` is the same one, seen.

use std::sync::Arc;
use std::time::Duration;

use k8s_openapi::api::core::v1::ConfigMap;
use kube::runtime::controller::{Action, Controller};
use kube::runtime::watcher;
use kube::{Api, Client};
use le_core::{Leadership, NotLeading};
use le_runtime::{Sharded, stop_on_signal};

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    tracing_subscriber::fmt::init();
    let client = Client::try_default().await?;
    let maps = Api::<ConfigMap>::all(client.clone());
    let controller = Controller::new(maps, watcher::Config::default().labels("example.com/observed"));

    let component = le_lease::load_config(&client).await?.component("maps-operator");
    let builder = le_lease::Builder::new(client.clone(), component);
    let sharded = Sharded::new(controller, &builder, "maps")?;
    sharded.run(reconcile, error_policy, Arc::new(client), stop_on_signal()?).await?;
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
