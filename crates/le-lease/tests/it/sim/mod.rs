//! A seeded simulator of candidates, a store, a network and strangers, with the rules asserted at every step.
//!
//! `SIM_SCHEDULES` sets how many schedules are tried, `SIM_SEED` replays one and prints what happened.

mod agenda;
mod clock;
mod faults;
mod network;
mod plan;
mod process;
pub(crate) mod store;
mod strangers;
mod watch;
mod world;

use std::env;
use std::panic::{AssertUnwindSafe, catch_unwind};

use plan::Strangers;
use world::{Counts, World};

/// How many schedules there are by default: about ten seconds of them, in all three tests together.
const SCHEDULES: u64 = 2_000;

/// What must happen in some schedule, of faults and of what machines do.
const EXPECTED: [&str; 55] = [
    "abandoned",
    "applied late",
    "cannot watch",
    "conflict",
    "connection broken",
    "crash",
    "cut off",
    "deadline_passed",
    "deleted_and_taken",
    "drained",
    "finished",
    "identity_used_elsewhere",
    "lead",
    "list lost",
    "list stale",
    "not found",
    "notice: identity",
    "notice: no duration",
    "notice: not released",
    "notice: overran",
    "notice: still draining",
    "partition",
    "pause",
    "predecessor is gone",
    "promotion_failed",
    "released",
    "renewed",
    "replaced",
    "reply garbled",
    "reply late",
    "reply lost",
    "request lost",
    "request refused",
    "request repeated",
    "same identity",
    "server down",
    "server unavailable",
    "step down",
    "stop",
    "stranger changes duration",
    "stranger changes time",
    "stranger changes transitions",
    "stranger creates",
    "stranger deletes free",
    "stranger deletes held",
    "stranger frees",
    "stranger restores",
    "stranger shortens",
    "stranger takes",
    "stranger touches",
    "told twice",
    "told_to_stop",
    "watch cut",
    "watch gap",
    "wind down",
];

#[test]
fn no_schedule_with_harmless_strangers_breaks_a_rule() {
    explore(Strangers::Harmless, number("SIM_SCHEDULES").unwrap_or(SCHEDULES));
}

#[test]
fn a_stranger_who_frees_or_deletes_a_held_lease_opens_no_more_than_one_renew_deadline() {
    let counts = explore(Strangers::Harmful, number("SIM_SCHEDULES").unwrap_or(SCHEDULES) / 2);
    // A simulator that never loses a reply shows nothing.
    let missing: Vec<_> = EXPECTED.iter().filter(|what| !counts.contains_key(*what)).collect();
    assert!(missing.is_empty() || counts.len() < 10, "never happened: {missing:?}");
}

#[test]
fn held_creations_leave_no_window_to_whoever_deletes() {
    explore(Strangers::Deleters, number("SIM_SCHEDULES").unwrap_or(SCHEDULES) / 2);
}

#[test]
fn one_seed_gives_one_schedule() {
    let trace = |seed| {
        let mut world = World::new(seed, Strangers::Harmful, true);
        world.run().unwrap();
        world.trace()
    };
    assert!(trace(11).len() > 50);
    assert_eq!(trace(11), trace(11));
    assert_ne!(trace(11), trace(12));
}

fn number(variable: &str) -> Option<u64> {
    let text = env::var(variable).ok()?;
    Some(text.parse().unwrap_or_else(|_| panic!("{variable}={text} is no number")))
}

/// Tries schedules until one breaks a rule, which it then prints.
fn explore(strangers: Strangers, schedules: u64) -> Counts {
    if let Some(seed) = number("SIM_SEED") {
        return run(seed, strangers, true).unwrap_or_else(|broken| panic!("{broken}"));
    }
    let mut counts = Counts::new();
    for seed in 0..schedules {
        match run(seed, strangers, false) {
            Ok(more) => more.into_iter().for_each(|(what, count)| *counts.entry(what).or_default() += count),
            Err(broken) => {
                let _ = run(seed, strangers, true);
                panic!(
                    "{broken}\nreplay: SIM_SEED={seed} cargo test -p le-lease --test it sim -- --nocapture"
                );
            }
        }
    }
    show(&format!("{strangers:?}: {counts:?}"));
    counts
}

fn run(seed: u64, strangers: Strangers, traced: bool) -> Result<Counts, String> {
    let mut world = World::new(seed, strangers, traced);
    let verdict = catch_unwind(AssertUnwindSafe(|| world.run())).unwrap_or_else(|_| Err("a panic".into()));
    let counts = world.counts().clone();
    world.trace().iter().for_each(|line| show(line));
    verdict.map(|()| counts).map_err(|broken| format!("seed {seed}, {strangers:?}: {broken}"))
}

#[expect(clippy::print_stdout, reason = "a replay shows what happened, and a run how often what did")]
fn show(line: &str) {
    println!("{line}");
}
