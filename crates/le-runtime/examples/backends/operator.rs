//! The operator: it counts the keys of every ConfigMap that asks for it, and knows nothing of how leaders are elected.

use std::sync::Arc;
use std::time::Duration;

use k8s_openapi::api::core::v1::ConfigMap;
use kube::api::{Patch, PatchParams};
use kube::runtime::Controller;
use kube::runtime::controller::Action;
use kube::runtime::watcher;
use kube::{Api, Client, ResourceExt};
use le_core::{ElectorBuilder, Leadership};
use le_runtime::{LeadershipExt, Sharded};
use serde_json::json;
use tokio_util::sync::CancellationToken;

/// The label of a ConfigMap that asks to be counted, and the annotation with the count.
pub(crate) const COUNT: &str = "acme.example.com/count";

/// Counts until `stop`, whatever elects.
pub(crate) async fn operate(
    client: Client,
    builder: &dyn ElectorBuilder,
    stop: CancellationToken,
) -> anyhow::Result<()> {
    let config_maps: Api<ConfigMap> = Api::default_namespaced(client.clone());
    let controller = Controller::new(config_maps, watcher::Config::default().labels(COUNT));
    let sharded = Sharded::new(controller, builder, "configmaps")?;
    Ok(sharded.run(count, error_policy, Arc::new(client), stop).await?)
}

async fn count(
    config_map: Arc<ConfigMap>,
    client: Arc<Client>,
    leadership: Leadership,
) -> kube::Result<Action> {
    let count = config_map.data.as_ref().map_or(0, |data| data.len()).to_string();
    if config_map.annotations().get(COUNT) != Some(&count) {
        let config_maps: Api<ConfigMap> = Api::default_namespaced(leadership.client(&client));
        let patch = Patch::Merge(json!({ "metadata": { "annotations": { COUNT: count } } }));
        config_maps.patch(&config_map.name_any(), &PatchParams::default(), &patch).await?;
    }
    Ok(Action::await_change())
}

fn error_policy(_: Arc<ConfigMap>, _: &kube::Error, _: Arc<Client>) -> Action {
    Action::requeue(Duration::from_secs(5))
}
