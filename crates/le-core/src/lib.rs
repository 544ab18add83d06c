//! The words of leader election: what is led, by which right, and who is told.
//!
//! An *elector* decides which replica leads a *bucket* of keys, a [`LeaderAware`] is told so with a [`Leadership`] in hand, and
//! an [`ElectorBuilder`] is the one value that changes when the election backend changes. This crate names no backend.
//! An [`Observer`] is told what happens, whatever the backend.
//!
//! ```
//! use std::sync::Arc;
//! use le_core::{ElectionContext, Enqueue, LeaderAware, LedBuckets, NamespacedName};
//! use tokio_util::sync::CancellationToken;
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let led = Arc::new(LedBuckets::new());
//! let enqueue = Enqueue::new(|bucket, key| println!("{key} is ours now, with bucket {bucket}"));
//!
//! // No builder was given: one replica, which leads everything. `with_builder` makes it one of many.
//! let context = ElectionContext::new();
//! let elector = context.build_elector("acme.widgets", led.clone(), enqueue)?;
//!
//! let stop = CancellationToken::new();
//! let running = tokio::spawn(elector.run(stop.clone()));
//! led.until_leader_for(&NamespacedName::new("default", "a-widget")).await;
//! stop.cancel();
//! running.await??;
//! assert!(!led.is_leader_for(&NamespacedName::new("default", "a-widget")));
//! # Ok(())
//! # }
//! ```
//!
//! # Features
//!
//! `async` (default) brings everything that promotes and demotes, and the observers of that. Without it only the plain words remain: keys, buckets,
//! tokens, moments and reasons, with no dependency at all.

mod bucket;
mod key;
mod moment;
mod reason;
mod token;

#[cfg(feature = "async")]
mod aware;
#[cfg(feature = "async")]
mod bucket_map;
#[cfg(feature = "async")]
mod clock;
#[cfg(feature = "async")]
mod context;
#[cfg(feature = "async")]
mod elector;
#[cfg(feature = "async")]
mod error;
#[cfg(feature = "async")]
mod leadership;
#[cfg(feature = "async")]
mod led;
#[cfg(feature = "async")]
mod observe;
#[cfg(feature = "async")]
mod standing;
#[cfg(feature = "async")]
mod term;
#[cfg(feature = "async")]
mod unopposed;

pub use bucket::{Bucket, BucketName, Division, Membership};
pub use key::NamespacedName;
pub use moment::Moment;
pub use reason::StopReason;
pub use token::FencingToken;

#[cfg(feature = "async")]
pub use aware::{Enqueue, LeaderAware};
#[cfg(feature = "async")]
pub use bucket_map::{BucketMap, BucketReader};
#[cfg(feature = "async")]
pub use clock::Clock;
#[cfg(feature = "async")]
pub use context::ElectionContext;
#[cfg(feature = "async")]
pub use elector::{Elector, ElectorBuilder};
#[cfg(feature = "async")]
pub use error::{BuildError, ElectorError, NotLeading, PromoteError};
#[cfg(feature = "async")]
pub use leadership::Leadership;
#[cfg(feature = "async")]
pub use led::LedBuckets;
#[cfg(feature = "async")]
pub use observe::{
    AttemptFailed, Began, Candidate, Drained, FailReason, Leader, LeaderSeen, Leaders, Life, Observed,
    Observer, Observers, Pulse, Renewed, Stopped, Won,
};
#[cfg(feature = "async")]
pub use standing::StandingElector;
#[cfg(feature = "async")]
pub use term::Term;
#[cfg(feature = "async")]
pub use unopposed::{ObservedUnopposed, Unopposed};
