//! The glue to kube-runtime's `Controller`: filter by led buckets, resync on promotion, and a gate for writes.
//!
//! Several replicas of an operator watch the same objects, and each object is reconciled by the one replica that leads its
//! bucket. A plain controller becomes one of many by a builder, a wrapper, and one more parameter of its reconcile function:
//!
//! ```
//! use std::sync::Arc;
//! use k8s_openapi::api::core::v1::ConfigMap;
//! use kube::api::{Patch, PatchParams};
//! use kube::runtime::{Controller, controller::Action, watcher};
//! use kube::{Api, Client, ResourceExt};
//! use le_core::{ElectorBuilder, Leadership};
//! use le_runtime::{LeadershipExt, Sharded};
//! use tokio_util::sync::CancellationToken;
//!
//! async fn reconcile(object: Arc<ConfigMap>, client: Arc<Client>, leadership: Leadership) -> kube::Result<Action> {
//!     // What is written through this client is refused here, before it is sent, once leadership is lost.
//!     let api: Api<ConfigMap> = Api::default_namespaced(leadership.client(&client));
//!     let seen = serde_json::json!({ "metadata": { "annotations": { "acme.example.com/seen": "yes" } } });
//!     api.patch(&object.name_any(), &PatchParams::default(), &Patch::Merge(seen)).await?;
//!     Ok(Action::await_change())
//! }
//!
//! /// `builder` is the one line that changes with the backend: `le_lease::Builder`, `le_core::Unopposed`, your own.
//! async fn operator(client: Client, builder: &dyn ElectorBuilder, stop: CancellationToken) -> anyhow::Result<()> {
//!     let controller =
//!         Controller::new(Api::<ConfigMap>::default_namespaced(client.clone()), watcher::Config::default());
//!     let sharded = Sharded::new(controller, builder, "configmaps")?;
//!     sharded.run(reconcile, |_, _, _| Action::await_change(), Arc::new(client), stop).await?;
//!     Ok(())
//! }
//!
//! # #[tokio::main(flavor = "current_thread", start_paused = true)]
//! # async fn main() -> anyhow::Result<()> {
//! // In a test: an API server in the same process, and one replica.
//! let server = le_testkit::ApiServer::new();
//! let objects: Api<ConfigMap> = Api::default_namespaced(server.client("test"));
//! let mut object = ConfigMap::default();
//! object.metadata.name = Some("my-object".to_owned());
//! objects.create(&Default::default(), &object).await?;
//!
//! let stop = CancellationToken::new();
//! let running = tokio::spawn({
//!     let (client, stop) = (server.client("a"), stop.clone());
//!     async move { operator(client, &le_core::Unopposed, stop).await }
//! });
//! while objects.get("my-object").await?.annotations().is_empty() {
//!     tokio::time::sleep(std::time::Duration::from_millis(10)).await;
//! }
//! stop.cancel();
//! running.await??;
//! # Ok(())
//! # }
//! ```
//!
//! [`Sharded`] says what is promised. `docs/guide.md` in the repository leads from a plain controller to this one, with what a
//! reconciler must not do and how to test it.
//!
//! # Features
//!
//! `controller` (default) brings [`Sharded`], and turns on kube-runtime's `unstable-runtime-reconcile-on`: a controller's own
//! queue takes single keys by no other way. The feature adds one method to `Controller` and changes nothing else, but a minor
//! release of kube may change it. Without it [`Shard`] and the gate remain, which stand on what is stable.

#[cfg(feature = "controller")]
mod error;
mod gate;
mod options;
mod report;
mod shard;
#[cfg(feature = "controller")]
mod sharded;
#[cfg(feature = "controller")]
mod signal;

#[cfg(feature = "controller")]
pub use error::RunError;
pub use gate::{
    FENCING_TOKEN_ANNOTATION, Gate, GateError, GateLayer, LeadershipExt, Stamp, StampKeyError, Unstampable,
};
pub use options::{OnLoss, Options};
pub use report::Report;
pub use shard::{Keys, Reconciling, Shard};
#[cfg(feature = "controller")]
pub use sharded::{Sharded, run_together};
#[cfg(feature = "controller")]
pub use signal::stop_on_signal;

#[cfg(all(doctest, feature = "controller"))]
#[doc = include_str!("../../../README.md")]
mod readme {}
