//! The driver: tokio, kube and the clock around the machine.

mod builder;
mod candidacy;
mod candidate;
mod clock;
mod desk;
mod election;
mod elector;
mod error;
mod identity;
mod kept;
mod leases;
mod load;
mod namespace;
mod observing;
mod outcome;
mod rate;
mod report;
mod said;
mod term_log;
mod watch;
mod watching;
mod wire;

pub use builder::Builder;
pub use election::{Election, Ending};
pub use error::{ElectionError, LeaseError};
pub use load::{LoadError, load_config, load_config_with};
pub use outcome::Outcome;
pub use report::Report;
