//! The election machine itself under a model checker: every interleaving of a few candidates and any few faults.
//!
//! ```
//! use std::sync::Arc;
//! use le_model::{Scope, search};
//!
//! let two_candidates_and_no_fault = Scope::new(2, 0);
//! let outcome = search(two_candidates_and_no_fault, 1, &Arc::default(), |progress| eprintln!("{progress:?}"));
//! assert_eq!(outcome.violated().next(), None);
//! ```
//!
//! The state holds the real [`Machine`](le_lease::Machine)s, driven as its docs say. Nothing of an election is modelled but what is
//! around them: the Lease, the network, watches, processes, strangers, and time, which passes in ticks.

mod action;
mod candidate;
mod canon;
mod journal;
mod late;
mod model;
#[cfg(le_mutants)]
mod mutants;
mod network;
mod print;
mod rules;
mod scope;
mod search;
mod step;
mod store;
mod story;
mod twins;
mod watch;
mod world;

pub use journal::Coverage;
#[cfg(le_mutants)]
pub use mutants::{BEYOND, FOUND};
pub use scope::Scope;
pub use search::{Outcome, Progress, Verdict, search};
pub use twins::{Unlike, compare_twins};
