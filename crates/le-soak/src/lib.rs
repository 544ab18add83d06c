//! The full stack for hours: replicas over the embedded API server, faults by rule, and a judge of what they did.
//!
//! ```
//! use std::time::Duration;
//! use le_soak::{Plan, run};
//!
//! let plan = Plan { replicas: 2, buckets: 2, length: Duration::from_secs(180), ..Plan::new(1) };
//! let outcome = run(&plan, None, &mut |_, _, _| {})?;
//! assert!(outcome.broken.is_empty(), "{:?}", outcome.broken);
//! # Ok::<(), anyhow::Error>(())
//! ```

mod arena;
mod compared;
mod director;
mod entry;
mod fleet;
mod journal;
mod measure;
mod network;
mod plan;
mod real;
mod replica;
mod run;
mod verdict;
mod world;

pub use compared::Compared;
pub use entry::{Entry, Name, What};
pub use measure::{Calm, Reading};
pub use plan::{Breach, Plan};
pub use real::{RealOutcome, RealPlan, run_real};
pub use run::{Outcome, run};
pub use verdict::{Broken, Rule, Rules, Verdict};
