//! Rules that are broken on purpose, in the full stack, are found.

use le_soak::{Breach, Plan, Rule, run};

use crate::support::{rules, small};

fn found(breach: Breach) -> Vec<Rule> {
    let plan = Plan { breach, replicas: 3, buckets: 4, ..small(7, 4) };
    let outcome = run(&plan, None, &mut |_, _, _| {}).expect("the plan makes sense");
    rules(&outcome.broken).into_keys().collect()
}

#[test]
fn a_replica_that_acts_on_after_its_term_is_found() {
    let found = found(Breach::ActsOn);
    assert!(found.contains(&Rule::NoActAfterDemotion), "{found:?}");
    assert!(found.contains(&Rule::OneLeader), "{found:?}");
}

#[test]
fn a_write_past_the_gate_after_its_term_is_found() {
    let found = found(Breach::WritesOn);
    assert!(found.contains(&Rule::NoStaleWrite), "{found:?}");
}

#[test]
fn a_release_before_the_work_has_ended_is_found() {
    let found = found(Breach::DrainsNothing);
    assert!(found.contains(&Rule::WorkEndsFirst), "{found:?}");
}
