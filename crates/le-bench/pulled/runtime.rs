//! An operator whose replicas share the objects.

mod controller;

use std::sync::Arc;

use k8s_openapi::api::core::v1::ConfigMap;
use kube::Client;
use kube::runtime::controller::Action;
use le_core::Leadership;
use le_runtime::{LeadershipExt, Sharded, stop_on_signal};

async fn reconcile(map: Arc<ConfigMap>, client: Arc<Client>, leadership: Leadership) -> kube::Result<Action> {
    controller::reconcile(map, leadership.client(&client)).await
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let client = Client::try_default().await?;
    let config = le_lease::load_config(&client).await?;
    let builder = le_lease::Builder::new(client.clone(), config.component("operator"));
    let sharded = Sharded::new(controller::controller(&client), &builder, "maps")?;
    sharded.run(reconcile, controller::error_policy, Arc::new(client), stop_on_signal()?).await?;
    Ok(())
}
