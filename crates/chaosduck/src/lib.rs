//! Kills leaders, and measures how they are replaced.
//!
//! It is Knative's chaosduck, and measures beyond that. The program is for clusters; this library is for tests that want the duck in
//! their own process:
//!
//! ```no_run
//! # async fn example() -> anyhow::Result<()> {
//! use chaosduck::{Duck, Plan};
//! use le_cli::ConnectionArgs;
//! use tokio_util::sync::CancellationToken;
//!
//! let connection = ConnectionArgs::default().connect().await?;
//! let plan = Plan { once: true, ..Plan::default() };
//! let stop = CancellationToken::new();
//! let summary = Duck::new(connection, plan).run(stop, |event| println!("{event}")).await?;
//! assert!(summary.is_sound(), "{summary}");
//! # Ok(())
//! # }
//! ```
//!
//! What it measures is what can be seen from outside: from the request that strikes a leader to the moment at which its Lease was seen
//! with a new holder, or with a new term of the same one.

mod duck;
mod event;
mod plan;
mod round;
mod strike;
mod summary;
mod watching;

pub use duck::Duck;
pub use event::{Event, What};
pub use plan::{Mode, Plan};
pub use summary::{Row, Summary};
