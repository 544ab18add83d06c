//! Schedules made shorter.

use le_sim::{Schedule, run, shrink};

#[test]
fn a_schedule_that_breaks_nothing_is_left_as_it_is() {
    let schedule = Schedule::draw(5);
    let (same, outcome) = shrink(&schedule, None);
    assert_eq!((same, outcome.broken), (schedule, None));
}

/// Seconds that nobody can lead in: a run without a candidate that may ever lead breaks a rule, which is what is shrunk here.
#[test]
fn what_a_broken_schedule_does_not_need_is_left_out() {
    let mut schedule =
        (0..).map(Schedule::draw).find(|s| s.faults.len() > 20 && s.frame.fleet.len() > 4).unwrap();
    // A stranger who is never waited out: nobody leads after the storm.
    schedule.frame.longest_wait = Some(u64::MAX / 4);
    let take = le_sim::Deed::Take("stranger".into(), None);
    let at = schedule.frame.storm - 1;
    for lease in 0..schedule.frame.leases {
        schedule.faults.push(le_sim::Fault { at, what: le_sim::What::Stranger(lease, take.clone()) });
    }
    let long = run(&schedule, None);
    assert!(long.broken.is_some());
    let (short, outcome) = shrink(&schedule, None);
    assert!(
        outcome.broken.as_deref().is_some_and(|broken| broken.starts_with("nobody leads")),
        "{outcome:?}"
    );
    assert!(short.faults.len() <= 2, "{short:?}");
    assert_eq!((short.frame.leases, short.strays.as_deref()), (1, Some(&[][..])), "{short:?}");
    assert_eq!(run(&short, None).broken, outcome.broken);
}
