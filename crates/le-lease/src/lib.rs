//! Elects one leader per bucket over `coordination.k8s.io` Leases.
//!
//! Most operators want one leader. [`Election`] is that:
//!
//! ```no_run
//! # #[cfg(feature = "driver")]
//! # async fn controller(_: le_core::Leadership) {}
//! # #[cfg(feature = "driver")]
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use le_lease::Election;
//! use tokio_util::sync::CancellationToken;
//!
//! let client = kube::Client::try_default().await?;
//! let stop = CancellationToken::new();
//! let election = Election::new(client, "my-operator")?;
//! election.run_while_leading(stop, |leadership| async move { controller(leadership).await }).await?;
//! # Ok(())
//! # }
//! ```
//!
//! Operators whose replicas share the objects give a [`Builder`] to whatever takes an [`ElectorBuilder`](le_core::ElectorBuilder).
//! Both stand on the [`Machine`], which decides everything and does no I/O; with one's own clock and transport it works alone.
//!
//! # What is promised
//!
//! At most one leader of a bucket at any instant, for any network and any pause of a process, as long as clocks run at rates
//! within lease duration : renew deadline of each other. The work ends before the lock does. No error of the API server ends an
//! election. Replicas in Go, on client-go or Knative, may compete for the same Leases.
//!
//! # Features
//!
//! `driver` (default) is everything but the machine: tokio, kube, the clock. Without it, nothing of these is in the tree. No
//! Kubernetes version and no TLS is chosen here: the program chooses features of `k8s-openapi` and `kube`.

mod machine;

#[cfg(feature = "driver")]
mod driver;

pub use machine::{
    Attempt, AttemptId, Event, Machine, Notice, Options, Purpose, Record, Reply, Request, Sighting, Version,
    WatchState, Write, WriteTime,
};

#[cfg(le_mutants)]
pub use machine::Mutant;

#[cfg(feature = "driver")]
pub use driver::{
    Builder, Election, ElectionError, Ending, LeaseError, LoadError, Outcome, Report, load_config,
    load_config_with,
};
