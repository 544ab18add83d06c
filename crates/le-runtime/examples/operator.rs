//! A small operator, whole: any number of replicas share its objects, and each object is reconciled by one of them.
//!
//! A `Widget` is a message and a number of copies; the operator keeps a ConfigMap with that many copies of it.
//!
//! ```text
//! cargo run -p le-runtime --example operator -- --crd | kubectl apply -f -
//! cargo run -p le-runtime --example operator     # as often as you like
//! ```
//!
//! The ConfigMap `config-leader-election` in the pod's namespace says among how many buckets the Widgets are divided, and how
//! fast a dead replica is replaced. What the service account may do, beside what any operator may:
//!
//! | resource | verbs | why |
//! |---|---|---|
//! | `leases` | `get`, `list`, `watch`, `create`, `update` | the election |
//! | `configmaps` | `get` | its configuration; both in the pod's namespace |

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use clap::Parser;
use k8s_openapi::api::core::v1::ConfigMap;
use kube::api::{ObjectMeta, Patch, PatchParams};
use kube::runtime::controller::{Action, Controller};
use kube::runtime::finalizer::{Event, finalizer};
use kube::runtime::reflector::ObjectRef;
use kube::runtime::{self, watcher};
use kube::{Api, Client, CustomResource, CustomResourceExt, Resource, ResourceExt};
use le_core::{Leadership, NotLeading};
use le_runtime::{LeadershipExt, Sharded, stop_on_signal};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::EnvFilter;

/// The name of this operator: in the Leases' names, as the owner of the fields that are applied, and in the label of what it owns.
const MANAGER: &str = "widgets-operator";
const MANAGED_BY: &str = "app.kubernetes.io/managed-by";
const FINALIZER: &str = "widgets.acme.example.com/cleanup";

/// What a Widget should be.
#[derive(CustomResource, Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[kube(group = "acme.example.com", version = "v1", kind = "Widget", namespaced, status = "WidgetStatus")]
#[kube(doc = "A message, as often as you like.")]
struct WidgetSpec {
    message: String,
    copies: u8,
}

/// What a Widget is.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct WidgetStatus {
    copies: u8,
    observed_generation: Option<i64>,
}

/// Reconciles Widgets until SIGTERM or Ctrl-C.
#[derive(Parser)]
struct Arguments {
    /// Prints the custom resource definition of Widgets, and exits.
    #[arg(long)]
    crd: bool,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    if Arguments::parse().crd {
        return print_crd();
    }
    let filter = EnvFilter::builder().with_default_directive(LevelFilter::INFO.into()).from_env_lossy();
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();

    let config = kube::Config::infer().await?;
    let client = Client::try_from(config.clone())?;
    // Leases are renewed over connections of their own: no crowd of objects delays a renewal.
    let leases = Client::try_from(config)?;
    let component = le_lease::load_config(&leases).await?.component(MANAGER);
    let builder = le_lease::Builder::new(leases, component);

    let widgets: Api<Widget> = Api::all(client.clone());
    let owned: Api<ConfigMap> = Api::all(client.clone());
    let controller = Controller::new(widgets, watcher::Config::default())
        .owns(owned, watcher::Config::default().labels(&format!("{MANAGED_BY}={MANAGER}")));
    let context = Arc::new(Context { client, failures: Mutex::default() });
    // From here on a signal means: finish what is in hand, release the buckets, and only then end.
    let stop = stop_on_signal()?;
    Sharded::new(controller, &builder, "widgets")?.run(reconcile, error_policy, context, stop).await?;
    tracing::info!("stopped in order");
    Ok(())
}

#[expect(clippy::print_stdout, reason = "it is asked to print")]
fn print_crd() -> anyhow::Result<()> {
    println!("{}", serde_json::to_string_pretty(&Widget::crd())?);
    Ok(())
}

/// What all reconciles share.
///
/// Nothing that is known about a Widget is kept here: another replica may lead its bucket for a while, and what this one
/// remembers from before would be wrong. Whatever a reconcile needs, it finds in the object.
struct Context {
    /// For reading. Writes go through a gated client, which each reconcile makes from this one.
    client: Client,
    /// How often in a row a Widget could not be reconciled. It sets the pace and nothing else, so that an old one does no harm.
    failures: Mutex<HashMap<ObjectRef<Widget>, u32>>,
}

#[derive(Debug, thiserror::Error)]
enum Error {
    #[error("the ConfigMap could not be applied")]
    ConfigMap(#[source] kube::Error),
    #[error("the status could not be written")]
    Status(#[source] kube::Error),
    #[error("the cleanup was left to another replica")]
    Cleanup(#[from] NotLeading),
    // kube's own error holds ours, and so needs a box around it.
    #[error("the Widget could not be reconciled")]
    Widget(#[from] Box<runtime::finalizer::Error<Error>>),
}

/// Brings one Widget to where it should be. It is called for Widgets whose bucket is led here, and dropped at its next await
/// when that is over; it can be dropped at any of them, and the next one, here or elsewhere, begins anew.
async fn reconcile(
    widget: Arc<Widget>,
    context: Arc<Context>,
    leadership: Leadership,
) -> Result<Action, Error> {
    // All writes go through this client, those of the finalizer too. It refuses them once the bucket is not led here any more.
    let client = leadership.client(&context.client);
    let key = ObjectRef::from_obj(&*widget);
    let widgets: Api<Widget> = Api::namespaced(client.clone(), &namespace(&widget));
    let action = finalizer(&widgets, FINALIZER, widget, |event| async {
        match event {
            Event::Apply(widget) => apply(&widget, &client).await,
            Event::Cleanup(widget) => cleanup(&widget, &leadership).await,
        }
    })
    .await
    .map_err(Box::new)?;
    context.failures.lock().expect("nothing panics with it in hand").remove(&key);
    Ok(action)
}

async fn apply(widget: &Widget, client: &Client) -> Result<Action, Error> {
    let (namespace, name) = (namespace(widget), widget.name_any());
    let apply = PatchParams::apply(MANAGER).force();

    let copies = (0..widget.spec.copies).map(|i| (format!("copy-{i}"), widget.spec.message.clone()));
    let owned = ConfigMap {
        metadata: ObjectMeta {
            name: Some(format!("{name}-widget")),
            labels: Some(BTreeMap::from([(MANAGED_BY.to_owned(), MANAGER.to_owned())])),
            owner_references: widget.controller_owner_ref(&()).map(|owner| vec![owner]),
            ..ObjectMeta::default()
        },
        data: Some(copies.collect()),
        ..ConfigMap::default()
    };
    let config_maps: Api<ConfigMap> = Api::namespaced(client.clone(), &namespace);
    config_maps.patch(&owned.name_any(), &apply, &Patch::Apply(&owned)).await.map_err(Error::ConfigMap)?;

    let status = WidgetStatus { copies: widget.spec.copies, observed_generation: widget.metadata.generation };
    let status =
        json!({ "apiVersion": Widget::api_version(&()), "kind": Widget::kind(&()), "status": status });
    let widgets: Api<Widget> = Api::namespaced(client.clone(), &namespace);
    widgets.patch_status(&name, &apply, &Patch::Apply(status)).await.map_err(Error::Status)?;
    Ok(Action::await_change())
}

/// Does what has to be done outside of the cluster before a Widget goes: here, it says goodbye. The ConfigMap is collected by
/// the cluster, which knows its owner.
async fn cleanup(widget: &Widget, leadership: &Leadership) -> Result<Action, Error> {
    // What is not written through the gated client asks just before it acts, and hands the token on, so that the other side
    // can refuse whoever led before.
    leadership.ensure()?;
    tracing::info!(widget = %ObjectRef::from_obj(widget), token = %leadership.token(), "cleaned up");
    Ok(Action::await_change())
}

/// Waits longer with each failure in a row, from 1 s to some minutes. What failed is in the log already, and no policy is asked
/// about a Widget that is not led here any more.
fn error_policy(widget: Arc<Widget>, _: &Error, context: Arc<Context>) -> Action {
    let mut failures = context.failures.lock().expect("nothing panics with it in hand");
    let failures = failures.entry(ObjectRef::from_obj(&*widget)).or_default();
    let wait = Duration::from_secs(1 << *failures);
    *failures = (*failures + 1).min(8);
    Action::requeue(wait)
}

fn namespace(widget: &Widget) -> String {
    widget.namespace().expect("a Widget is in a namespace")
}

#[cfg(test)]
mod tests {
    use super::*;
    use le_core::{Bucket, ElectorBuilder, Enqueue, LedBuckets};
    use le_runtime::GateError;
    use le_testkit::{ApiServer, ByHand, Kind};
    use tokio_util::sync::CancellationToken;

    #[tokio::test(start_paused = true)]
    async fn what_is_not_led_any_more_is_not_written() {
        let (server, hand) = (ApiServer::new(), ByHand::new());
        server.register(Kind::of::<Widget>().with_status());
        let elector = hand.build("widgets", Arc::new(LedBuckets::new()), Enqueue::nowhere()).unwrap();
        tokio::spawn(elector.run(CancellationToken::new()));
        hand.promote(Bucket::whole("all")).await.unwrap();
        let leadership = hand.until_led("all").await;
        hand.lose("all").await;

        let context = Arc::new(Context { client: server.client("a"), failures: Mutex::default() });
        let mut widget = Widget::new("w", WidgetSpec { message: "hello".to_owned(), copies: 1 });
        widget.metadata.namespace = Some("default".to_owned());
        for finalizers in [vec![], vec![FINALIZER.to_owned()]] {
            widget.metadata.finalizers = Some(finalizers);
            let reconciled = reconcile(Arc::new(widget.clone()), context.clone(), leadership.clone()).await;
            assert!(GateError::of(&reconciled.unwrap_err()).is_some());
        }
        assert_eq!(server.log().len(), 0);
    }
}
