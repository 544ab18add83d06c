//! Simulates elections: seeded schedules of faults around the machine of `le-lease`, with its rules asserted at every step.
//!
//! ```
//! use le_sim::{Schedule, run};
//!
//! let schedule = Schedule::draw(42);
//! let outcome = run(&schedule, None);
//! assert_eq!(outcome.broken, None);
//! println!("{} terms began", outcome.seen.times("lead"));
//! ```
//!
//! A [`Schedule`] says what goes wrong when. Two to seven candidates, some of them like client-go's, compete for up to twenty Leases
//! in a store with the API server's semantics; processes, the network, the server and strangers fail as the schedule says. All the
//! rest, such as how long a message takes, follows from its seed. So a schedule that breaks a rule can be made shorter by leaving
//! faults out ([`shrink`](shrink())), and kept as text.

#![expect(
    clippy::exhaustive_structs,
    clippy::exhaustive_enums,
    reason = "it is not published, and schedules are written by hand"
)]

mod agenda;
mod chance;
mod clock;
mod draw;
mod drive;
mod explore;
mod faults;
mod go;
mod judge;
mod mutants;
mod network;
mod replica;
mod run;
mod schedule;
mod seat;
mod seen;
mod shrink;
mod store;
mod strangers;
mod trace;
mod watch;
mod work;
mod world;

pub use explore::{Found, Limits, Progress, Summary, explore};
pub use mutants::{MUTANTS, known_mutants};
pub use run::{Outcome, run, run_logged};
pub use schedule::{
    Deed, Fate, Fault, Frame, Kind, Message, Restart, Schedule, Strangers, Stray, Times, What, Who,
};
pub use seen::Seen;
pub use shrink::shrink;
pub use trace::Trace;
