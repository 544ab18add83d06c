//! The small searches, and what they must have met to be worth anything.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use le_model::{Outcome, Scope, Verdict, compare_twins, search};

fn run(scope: Scope) -> Outcome {
    search(scope, 2, &Arc::default(), |_| {})
}

/// Asserts that every rule holds, that the search was as wide as it is meant to be, and that nothing is idle in it.
fn assert_all_hold(scope: Scope, least: usize) -> Outcome {
    let outcome = run(scope);
    assert_eq!(outcome.violated().collect::<Vec<_>>(), [""; 0], "\n{}", outcome.story.join("\n"));
    assert_eq!(outcome.never, [""; 0], "never happened");
    assert!(outcome.is_sound(), "{:?}", outcome.verdicts);
    assert!(outcome.progress.unique >= least, "{:?}", outcome.progress);
    outcome
}

#[test]
fn every_rule_holds_for_two_candidates_and_any_one_fault() {
    assert_all_hold(Scope::small(2), 60_000);
}

#[test]
fn every_rule_holds_for_three_candidates_and_any_one_fault() {
    assert_all_hold(Scope::small(3), 110_000);
}

#[test]
fn worlds_that_count_as_one_have_one_future() {
    let compared = compare_twins(Scope::small(2), usize::MAX);
    assert!(matches!(compared, Ok(40_000..)), "{compared:#?}");
    let compared = compare_twins(Scope::small(3), 5_000);
    assert!(matches!(compared, Ok(5_000)), "{compared:#?}");
}

#[test]
fn symmetry_merges_states_and_hides_none() {
    let mut scope = Scope::small(3);
    scope.setups = 1;
    let with = run(scope).progress.unique;
    scope.symmetry = false;
    let without = run(scope);
    assert!(without.violated().next().is_none());
    // Of three candidates there are six orders, but few worlds in which all three are unlike.
    let times = without.progress.unique as f64 / with as f64;
    assert!((1.0..=6.0).contains(&times), "{times}");
}

#[test]
fn a_search_that_was_stopped_decides_nothing() {
    let outcome = search(Scope::small(2), 1, &Arc::new(AtomicBool::new(true)), |_| {});
    assert!(outcome.verdicts.iter().all(|(_, verdict)| *verdict == Verdict::Undecided));
    assert!(!outcome.is_sound());
}

#[cfg(le_mutants)]
#[test]
fn known_bugs_are_found_and_told() {
    for (mutant, faults) in le_model::FOUND {
        let mut scope = Scope::new(2, faults);
        scope.mutant = Some(mutant);
        let outcome = run(scope);
        assert!(outcome.violated().next().is_some(), "{mutant:?} was not found");
        assert!(outcome.story.len() > 2, "{mutant:?}: {:?}", outcome.story);
    }
}
