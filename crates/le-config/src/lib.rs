//! Reads the leader election ConfigMap into a configuration and timing that are valid by construction.
//!
//! The data of the ConfigMap comes from wherever the program has it: a map of strings, a `ConfigMap`, a YAML file. What comes
//! out can elect: a value that cannot is refused here, with an error that names the key and the value.
//!
//! ```
//! use std::collections::BTreeMap;
//! use std::time::Duration;
//! use le_config::{Config, Timing};
//!
//! let data = BTreeMap::from([("buckets", "3"), ("lease-duration", "1m30s")]);
//! let config = Config::from_data(&data)?;
//! assert_eq!(config.buckets(), 3);
//! assert_eq!(config.timing().lease_duration(), Duration::from_secs(90));
//!
//! // The view of one component names the Leases that its replicas compete for.
//! let component = config.component("my-comp");
//! assert_eq!(component.lease_names("queue-queue")?[0].as_str(), "my-comp.queue-queue.00-of-03");
//!
//! // A timing that could never elect cannot be made.
//! let refused = Timing::new(Duration::from_secs(15), Duration::from_secs(40), Duration::from_secs(10)).unwrap_err();
//! assert!(refused.to_string().starts_with("renew-deadline (40s) must be below lease-duration (15s)"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Features
//!
//! Both only add, and neither is on by default.
//!
//! - `k8s-openapi`: `Config::from_config_map`. The program chooses the Kubernetes version, as `k8s-openapi` asks it to.
//! - `yaml`: `Config::from_yaml` and `Config::from_yaml_file`, for the manifest that operators ship.

pub mod keys;

mod component;
mod config;
mod duration;
mod env;
mod error;
mod identity;
mod lease_name;
mod parser;
mod quote;
mod timing;
mod uint;

#[cfg(feature = "k8s-openapi")]
mod config_map;
#[cfg(feature = "yaml")]
mod yaml;

pub use component::Component;
pub use config::Config;
pub use duration::{GoDuration, ParseDurationError};
pub use env::{
    CONFIG_MAP_NAME_ENV, DEFAULT_CONFIG_MAP_NAME, POD_NAMESPACE_ENV, SYSTEM_NAMESPACE_ENV, config_map_name,
    namespace,
};
pub use error::{ConfigError, ConfigErrors};
pub use identity::{HolderIdentity, IdentityError, pod_of_identity};
pub use lease_name::{LeaseName, LeaseNameError, bucket_of_lease};
pub use parser::{DEFAULT_MAX_BUCKETS, MOST_BUCKETS, Parser};
pub use timing::{Timing, TimingError};
pub use uint::ParseUintError;
#[cfg(feature = "yaml")]
pub use yaml::data_from_yaml;
