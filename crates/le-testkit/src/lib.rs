//! An API server to test leader election and operators with: in process or over HTTP, with faults on demand.
//!
//! ```
//! use k8s_openapi::api::coordination::v1::Lease;
//! use kube::api::{Api, Patch, PatchParams};
//! use le_testkit::ApiServer;
//!
//! /// Writes itself into the Lease: what an elector does, at small scale.
//! async fn take(leases: Api<Lease>, who: &str) -> kube::Result<Lease> {
//!     let lease = serde_json::json!({
//!         "apiVersion": "coordination.k8s.io/v1", "kind": "Lease",
//!         "metadata": { "name": "my-lock" }, "spec": { "holderIdentity": who },
//!     });
//!     leases.patch("my-lock", &PatchParams::apply(who).force(), &Patch::Apply(lease)).await
//! }
//!
//! # #[tokio::main(flavor = "current_thread", start_paused = true)]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let server = ApiServer::new();
//! let (a, b) = (Api::default_namespaced(server.client("a")), Api::default_namespaced(server.client("b")));
//!
//! let cut_off = tokio::spawn(take(a.clone(), "a"));
//! assert_eq!(server.until_led("my-lock").by("a").await, "a");
//! cut_off.await??;
//!
//! server.faults().partition("a"); // Whatever `a` asks from here on gets no answer.
//! let _waits_for_ever = tokio::spawn(take(a, "a"));
//! take(b, "b").await?;
//! server.until_led("my-lock").by("b").await;
//! assert_eq!(server.log().count(|request| request.client() == "b"), 1);
//! # Ok(())
//! # }
//! ```
//!
//! # Testing an operator
//!
//! Give the operator a client of the server, [`fill`](ApiServer::fill) in the objects that it is to handle, and choose who says
//! which replica leads:
//!
//! - the test: with [`ByHand`] as the operator's builder, nothing is elected. [`promote`](ByHand::promote) makes a replica lead a
//!   bucket, [`hand_over`](ByHand::hand_over) moves it to another as a rolling update does, [`lose`](ByHand::lose) takes it away in
//!   the middle of a reconcile, and [`expire`](ByHand::expire) does so while the process is asleep;
//! - an election over Leases: [`until_led`](ApiServer::until_led) and [`until_free`](ApiServer::until_free) wait for its outcome,
//!   [`take_lease`](ApiServer::take_lease) makes a holder lose its Lease, [`Faults::partition`] cuts a replica off.
//!
//! # How it works
//!
//! The clients are kube's own; nothing of the server is mocked away. Under `#[tokio::test(start_paused = true)]` everything
//! happens in virtual time. [`ApiServer::listen`] serves the same over HTTP, for `kubectl`, for Go, for processes; the example
//! `serve` does only that.
//!
//! # What it reproduces
//!
//! The status codes, `Status` bodies and their words are those of kube-apiserver 1.37: one suite of cases runs against both. So are
//! the semantics of resourceVersions, updates, patches, server-side apply with field ownership, deletion with finalizers and
//! preconditions, lists in pages, watches with bookmarks and streaming lists, and dry runs.
//!
//! # What it leaves out
//!
//! - No authentication, no authorization, no admission but that of namespaces, no quotas.
//! - No controllers, but that a deleted namespace is emptied and goes at once. Owner references collect nothing, and
//!   `propagationPolicy` is checked and not acted on.
//! - Only Leases, ConfigMaps, Secrets, Namespaces and Events have their fields checked, unknown ones dropped, and are read from protobuf.
//!   Others are kept as they are sent, without defaults; custom resources have no schema.
//! - `managedFields` is not shown. The fields of a custom resource's lists are owned as a whole.
//! - No `scale`, `log`, `exec` and other subresources beside `status`; no custom resource definitions as objects: see [`Kind`].
//! - One version of each kind; coordinated leader election (`strategy`, `preferredHolder`) is off, as it is by default.
//!
//! # Features
//!
//! None. `k8s-openapi` comes through kube, and its version feature is the user's choice.

mod api;
mod bell;
mod builtin;
mod by_hand;
mod clock;
mod discovery;
mod event_view;
mod failure;
mod faults;
mod field_error;
mod kind;
mod led;
mod listen;
mod lists;
mod log;
mod meta;
mod request;
mod schema;
mod select;
mod server;
mod store;
mod table;
mod validate;

pub use by_hand::ByHand;
pub use faults::{Answer, Fault, Faults, Rule};
pub use kind::Kind;
pub use led::{UntilFree, UntilLed};
pub use listen::{ListenError, Listening};
pub use log::{Entry, Log};
pub use request::{Request, Verb};
pub use server::{ApiServer, ClientService, ConnectionError};
