//! Runs one schedule.

use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::mutants;
use crate::schedule::Schedule;
use crate::seen::Seen;
use crate::world::World;

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
