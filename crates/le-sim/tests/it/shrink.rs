//! Schedules made shorter.

use le_sim::{Deed, Fault, Schedule, What, run, shrink};

#[test]
fn a_schedule_that_breaks_nothing_is_left_as_it_is() {
    let schedule = Schedule::draw(5);
    let (same, outcome) = shrink(&schedule, None);
    assert_eq!((same, outcome.broken), (schedule, None));
}

#[test]
fn what_a_broken_schedule_does_not_need_is_left_out() {
    let long = |schedule: &Schedule| schedule.faults.len() > 20 && schedule.frame.fleet.len() > 4;
    let mut blocked = (0..).map(Schedule::draw).filter(long).map(block);
    let schedule = blocked.find(|schedule| run(schedule, None).broken.is_some()).unwrap();
    let (short, outcome) = shrink(&schedule, None);
    assert!(
        outcome.broken.as_deref().is_some_and(|broken| broken.starts_with("nobody leads")),
        "{outcome:?}"
    );
    assert!(short.faults.len() <= 2, "{short:?}");
    assert_eq!((short.frame.leases, short.strays.as_deref()), (1, Some(&[][..])), "{short:?}");
    assert_eq!(run(&short, None).broken, outcome.broken);
}

/// Ends the storm with a stranger who is waited for longer than a run may take: a rule is broken without a bug.
fn block(mut schedule: Schedule) -> Schedule {
    schedule.frame.longest_wait = Some(u64::MAX / 4);
    let at = schedule.frame.storm - 1;
    for lease in 0..schedule.frame.leases {
        let what = What::Stranger(lease, Deed::Take("stranger".into(), None));
        schedule.faults.push(Fault { at, what });
    }
    schedule
}
