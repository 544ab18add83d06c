//! The election machine itself under a model checker.

mod action;
mod candidate;
mod canon;
mod journal;
mod late;
mod model;
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
pub use scope::Scope;
pub use search::{Outcome, Progress, Verdict, search};
pub use twins::{Unlike, compare_twins};
