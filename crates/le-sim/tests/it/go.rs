//! Candidates like client-go do what client-go was seen to do: otherwise they would show nothing about ours beside them.

use std::sync::atomic::AtomicBool;

use le_sim::{Kind, Limits, Schedule, Seen, explore, run};

/// What happens when all candidates but the first are of one kind.
fn beside(kind: Kind) -> Seen {
    let mut seen = Seen::default();
    for seed in 0..3_000 {
        let mut schedule = Schedule::draw(seed);
        if schedule.frame.fleet.iter().all(|kind| *kind == Kind::Ours) || schedule.frame.leases > 1 {
            continue;
        }
        schedule.frame.fleet[1..].fill(kind);
        let outcome = run(&schedule, None);
        assert_eq!(outcome.broken, None, "seed {seed}");
        seen.add(&outcome.seen);
    }
    seen
}

#[test]
fn one_like_client_go_0_35_frees_the_lease_of_a_successor_and_one_like_0_33_does_not() {
    let (old, new) = (beside(Kind::Go33), beside(Kind::Go35));
    assert!(new.times("go frees a live lease of another") > 0);
    assert_eq!(old.times("go frees a live lease of another"), 0);
    for seen in [old, new] {
        for what in [
            "go leads",
            "go renews",
            "go releases",
            "go knows of its loss and goes on",
            "go leads beside ours",
        ] {
            assert!(seen.times(what) > 0, "{what}");
        }
    }
}

#[test]
fn without_them_nothing_is_counted_as_theirs() {
    let mut limits = Limits::new(0, 0);
    limits.threads = 1;
    let none = explore(limits, None, &AtomicBool::new(false), |_| {});
    assert_eq!(none.seen, Seen::default());
    for seed in 0..300 {
        let schedule = Schedule::draw(seed);
        if schedule.frame.fleet.iter().all(|kind| *kind == Kind::Ours) {
            let seen = run(&schedule, None).seen;
            assert!(seen.iter().filter(|(name, _)| name.starts_with("go ")).all(|(_, times)| times == 0));
        }
    }
}
