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

use std::panic::{AssertUnwindSafe, catch_unwind};

pub use explore::{Found, Limits, Progress, Summary, explore};
pub use mutants::{MUTANTS, known_mutants};
pub use schedule::{
    Deed, Fate, Fault, Frame, Kind, Message, Restart, Schedule, Strangers, Stray, Times, What, Who,
};
pub use seen::Seen;
pub use shrink::shrink;
pub use trace::Trace;

use world::World;

/// What came of a run.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The rule that was broken, and by whom.
    pub broken: Option<String>,
    /// What happened how often.
    pub seen: Seen,
    /// The same schedule, with nothing left to chance but times: the faults that had an effect, and the messages that went astray.
    pub spelled_out: Schedule,
    /// What happened, line by line, where it was asked for.
    pub log: Vec<String>,
}

/// Runs a schedule; with the machine broken in the way that is named, in a build that has these.
///
/// # Panics
///
/// Where no mutant is called so, or the build has none.
pub fn run(schedule: &Schedule, mutant: Option<&str>) -> Outcome {
    run_with(schedule, mutant, false)
}

/// Runs a schedule, and tells what happens line by line.
///
/// # Panics
///
/// As [`run`].
pub fn run_logged(schedule: &Schedule, mutant: Option<&str>) -> Outcome {
    run_with(schedule, mutant, true)
}

fn run_with(schedule: &Schedule, mutant: Option<&str>, logged: bool) -> Outcome {
    let mutant = mutants::find(mutant);
    let mut world = World::new(schedule, mutant, logged);
    let verdict = catch_unwind(AssertUnwindSafe(|| world.run())).unwrap_or_else(|_| Err("a panic".into()));
    let spelled_out = Schedule {
        seed: schedule.seed,
        frame: schedule.frame.clone(),
        faults: std::mem::take(&mut world.faults),
        strays: Some(std::mem::take(&mut world.strays)),
    };
    let seen = std::mem::take(&mut world.seen);
    Outcome { broken: verdict.err(), seen, spelled_out, log: world.into_log() }
}
