//! Elects by StatefulSet ordinal, and chooses between ordinals and any fallback builder.
//!
//! The pods of a StatefulSet are numbered, and the platform runs each number at most once: pod `i` leads bucket `i`, and no
//! API server is asked. What the pod has to know is in its environment, which is a look-up that is passed in.
//!
//! ```
//! use std::collections::HashMap;
//! use le_statefulset::Builder;
//!
//! // In a program: `let env = |key: &str| std::env::var(key).ok();`
//! let variables = HashMap::from([
//!     ("STATEFUL_CONTROLLER_ORDINAL", "controller-1"),
//!     ("STATEFUL_SERVICE_NAME", "controller"),
//!     ("SYSTEM_NAMESPACE", "acme"),
//!     ("CLUSTER_DOMAIN", "cluster.local"),
//! ]);
//! let env = |key: &str| variables.get(key).map(|value| value.to_string());
//!
//! let builder = Builder::from_env(&env, 3)?;
//! assert_eq!(builder.placement().bucket().name().as_str(), "http://controller-1.controller.acme.svc.cluster.local:80");
//!
//! // One program for both: by ordinal where the environment says so, else by the builder that is given.
//! let builder = le_statefulset::dynamic(&env, 3, le_core::Unopposed)?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! The number of buckets is a plain number, such as `le_config::Component::buckets` gives: the crates do not depend on each
//! other.
//!
//! # Environment
//!
//! | variable | meaning | default |
//! |---|---|---|
//! | `STATEFUL_CONTROLLER_ORDINAL` | the pod's name, `<set>-<ordinal>` | required |
//! | `STATEFUL_SERVICE_NAME` | the governing service | required |
//! | `STATEFUL_SERVICE_PORT` | its port | 80 |
//! | `STATEFUL_SERVICE_PROTOCOL` | the scheme | http |
//! | `SYSTEM_NAMESPACE`, else `POD_NAMESPACE` | the pod's namespace | required |
//! | `CLUSTER_DOMAIN` | the cluster's DNS domain | from `/etc/resolv.conf`, else `cluster.local` |
//!
//! A `STATEFUL_*` variable that is set to nothing is a mistake and never a default: a pod that took it for unset would elect in
//! another way than its neighbours. Of the other three, an empty one counts as unset.

mod builder;
mod domain;
mod dynamic;
mod error;
mod placement;
mod pod;
mod variables;

pub use builder::Builder;
pub use domain::{cluster_domain, search_domain};
pub use dynamic::{dynamic, dynamic_observed};
pub use error::PlacementError;
pub use placement::Placement;
