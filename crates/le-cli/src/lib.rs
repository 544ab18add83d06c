//! What the command lines share: the way to a cluster, Leases as people read them, and tables.
//!
//! It is here for `kubectl-le`, `chaosduck` and the demo, and promises no one else that it stays as it is.
//!
//! ```
//! use le_cli::LeaseView;
//!
//! let lease = serde_json::from_value(serde_json::json!({
//!     "metadata": { "namespace": "acme", "name": "controller.widgets.02-of-10" },
//!     "spec": { "holderIdentity": "controller-7d9c-x2x_0c9f", "leaseDurationSeconds": 60 },
//! }))?;
//! let lease = LeaseView::read(&lease);
//! assert_eq!((lease.place.component.as_str(), lease.place.queue.as_str()), ("controller", "widgets"));
//! assert_eq!(lease.pod(), Some("controller-7d9c-x2x"));
//! assert_eq!(lease.problems, ["renewTime is missing"]);
//! # Ok::<(), serde_json::Error>(())
//! ```

mod connection;
mod duration;
mod explain;
mod lease;
mod list;
mod output;
mod owner;
mod rbac;
mod state;
mod table;

pub use connection::{Connection, ConnectionArgs};
pub use duration::{duration, go_form};
pub use explain::explain;
pub use lease::{LeaseView, Place, harmless, plain};
pub use list::{answered, lease_api, leases, pod_api, pods};
pub use output::{Format, print, print_error};
pub use owner::{Component, Owners, component_by_name};
pub use rbac::{documents, grant};
pub use state::LeaseState;
pub use table::{Table, width};
