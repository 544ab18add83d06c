//! A controller of one kind, as operators have them.

use std::future::ready;
use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt;
use k8s_openapi::api::core::v1::ConfigMap;
use kube::api::{Patch, PatchParams};
use kube::runtime::controller::Action;
use kube::runtime::{Controller, watcher};
use kube::{Api, Client, ResourceExt};

/// Marks an object as seen.
pub async fn reconcile(map: Arc<ConfigMap>, client: Client) -> kube::Result<Action> {
    let maps: Api<ConfigMap> = Api::namespaced(client, &map.namespace().unwrap_or_default());
    let patch = serde_json::json!({ "metadata": { "annotations": { "example.com/seen": "yes" } } });
    maps.patch(&map.name_any(), &PatchParams::default(), &Patch::Merge(&patch)).await?;
    Ok(Action::await_change())
}

/// Makes the controller.
pub fn controller(client: &Client) -> Controller<ConfigMap> {
    Controller::new(Api::all(client.clone()), watcher::Config::default())
}

/// What follows an error.
pub fn error_policy<C>(_: Arc<ConfigMap>, _: &kube::Error, _: C) -> Action {
    Action::requeue(Duration::from_secs(5))
}

/// Runs the controller by itself.
pub async fn run(client: Client) {
    let reconcile = |map, client: Arc<Client>| reconcile(map, (*client).clone());
    controller(&client).run(reconcile, error_policy, Arc::new(client)).for_each(|_| ready(())).await;
}
