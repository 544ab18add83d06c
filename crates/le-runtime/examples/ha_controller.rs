//! Publishes the text of each `Page` in a ConfigMap that the page owns.

use std::sync::Arc;
use std::time::Duration;

use k8s_openapi::api::core::v1::ConfigMap;
use kube::api::{ObjectMeta, Patch, PatchParams};
use kube::runtime::controller::Action;
use kube::runtime::{Controller, watcher};
use kube::{Api, Client, CustomResource, Resource, ResourceExt};
use le_core::Leadership;
use le_runtime::{LeadershipExt, Sharded, stop_on_signal};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What is to be published.
#[derive(CustomResource, Clone, Debug, Deserialize, JsonSchema, Serialize)]
#[kube(group = "example.com", version = "v1", kind = "Page", namespaced)]
struct PageSpec {
    text: String,
}

/// What every reconcile needs.
struct Context {
    client: Client,
}

async fn reconcile(page: Arc<Page>, context: Arc<Context>, leadership: Leadership) -> kube::Result<Action> {
    let (namespace, name) = (page.namespace().unwrap_or_default(), page.name_any());
    let maps: Api<ConfigMap> = Api::namespaced(leadership.client(&context.client), &namespace);
    let map = ConfigMap {
        metadata: ObjectMeta {
            name: Some(name.clone()),
            owner_references: page.controller_owner_ref(&()).map(|owner| vec![owner]),
            ..ObjectMeta::default()
        },
        data: Some([("index.txt".to_owned(), page.spec.text.clone())].into()),
        ..ConfigMap::default()
    };
    maps.patch(&name, &PatchParams::apply("pages"), &Patch::Apply(&map)).await?;
    Ok(Action::requeue(Duration::from_secs(600)))
}

fn error_policy(page: Arc<Page>, error: &kube::Error, _: Arc<Context>) -> Action {
    tracing::warn!(page = page.name_any(), %error, "not published; trying again");
    Action::requeue(Duration::from_secs(5))
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    tracing_subscriber::fmt::init();
    let client = Client::try_default().await?;
    let pages: Api<Page> = Api::all(client.clone());
    let maps: Api<ConfigMap> = Api::all(client.clone());
    let controller =
        Controller::new(pages, watcher::Config::default()).owns(maps, watcher::Config::default());
    let context = Arc::new(Context { client });
    let config = le_lease::load_config(&context.client).await?;
    let builder = le_lease::Builder::new(Client::try_default().await?, config.component("pages-operator"));
    let sharded = Sharded::new(controller, &builder, "pages")?;
    sharded.run(reconcile, error_policy, context, stop_on_signal()?).await?;
    Ok(())
}
