//! Schedules that nobody has seen before.

use std::sync::atomic::AtomicBool;
use std::time::{SystemTime, UNIX_EPOCH};

use le_sim::{Limits, Schedule, explore, run, run_logged};

/// What a debug build does in a few seconds; `cargo xtask sim` runs twenty times as many.
const SCHEDULES: u64 = 1_000;

#[test]
fn no_new_schedule_breaks_a_rule() {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    let seed = now.as_nanos() as u64 >> 16;
    let summary = explore(Limits::new(seed, SCHEDULES), None, &AtomicBool::new(false), |_| {});
    assert!(
        summary.found.is_none(),
        "cargo xtask sim --schedules 1 --seed SEED shows it: {:?}",
        summary.found
    );
    assert_eq!(summary.schedules, SCHEDULES);
    // A simulator in which hardly anything happens shows nothing.
    let missing = summary.seen.missing();
    assert!(missing.len() < 8, "seed {seed}, never happened: {missing:?}");
}

#[test]
fn one_seed_gives_one_schedule_and_one_run() {
    let log = |seed| run_logged(&Schedule::draw(seed), None).log;
    assert!(log(11).len() > 50);
    assert_eq!(log(11), log(11));
    assert_ne!(log(11), log(12));
}

#[test]
fn a_schedule_spelled_out_runs_as_the_one_that_was_drawn() {
    for seed in 0..100 {
        let drawn = Schedule::draw(seed);
        let outcome = run(&drawn, None);
        let again = run(&outcome.spelled_out, None);
        assert_eq!(again.seen, outcome.seen, "seed {seed}");
        assert_eq!(again.spelled_out, outcome.spelled_out, "seed {seed}");
    }
}

#[test]
fn schedules_have_all_that_was_asked_for() {
    let frames: Vec<_> = (0..20_000).map(|seed| Schedule::draw(seed).frame).collect();
    let candidates: Vec<_> = frames.iter().map(|frame| frame.fleet.len()).collect();
    let leases: Vec<_> = frames.iter().map(|frame| frame.leases).collect();
    assert_eq!((candidates.iter().min(), candidates.iter().max()), (Some(&2), Some(&7)));
    assert_eq!((leases.iter().min(), leases.iter().max()), (Some(&1), Some(&20)));
}
