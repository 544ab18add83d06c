//! Probes, with a clock that is moved by hand.

use std::sync::Arc;
use std::time::Duration;

use le_core::{FencingToken, Observed, Observers, StopReason, Won};
use le_observe::{Health, NotReady, Wedged};

use crate::clock::{HandClock, at};
use crate::replica::PATIENCE;

struct Case {
    clock: HandClock,
    health: Health,
    observers: Observers,
}

impl Case {
    fn new(health: Health) -> Self {
        let observers = Observers::new().with(health.clone());
        Self { clock: HandClock::default(), health, observers }
    }

    fn candidate(&self, bucket: &str) -> Observed {
        let candidate = self.observers.candidate(bucket, "me", Arc::new(self.clock.clone()));
        assert!(self.observers.flush(PATIENCE));
        candidate
    }

    fn wedged(&self) -> String {
        self.health.live().unwrap_err().to_string()
    }
}

#[test]
fn before_the_first_election_a_process_is_alive_and_not_ready() {
    let case = Case::new(Health::new());
    assert_eq!(case.health.live(), Ok(()));
    assert_eq!(case.health.ready(), Err(NotReady::NotBegun));
    let _waits = case.candidate("a");
    assert_eq!((case.health.live(), case.health.ready()), (Ok(()), Ok(())));
}

#[test]
fn a_loop_that_does_not_turn_is_wedged_past_the_patience_and_not_before() {
    for (health, patience) in
        [(Health::new(), 10_000), (Health::with_patience(Duration::from_millis(500)), 500)]
    {
        let case = Case::new(health);
        let candidate = case.candidate("a");
        candidate.turned(at(0), Some(at(3_000)));
        case.clock.set(3_000 + patience);
        assert_eq!(case.health.live(), Ok(()));
        case.clock.set(3_001 + patience);
        assert!(matches!(case.health.live(), Err(Wedged::StandsStill { .. })));
        assert!(matches!(case.health.ready(), Err(NotReady::Wedged(Wedged::StandsStill { .. }))));
        candidate.turned(at(3_001 + patience), Some(at(60_000)));
        assert_eq!((case.health.live(), case.health.ready()), (Ok(()), Ok(())));
    }
}

#[test]
fn a_loop_that_waits_for_news_only_is_never_late() {
    let case = Case::new(Health::new());
    let candidate = case.candidate("a");
    candidate.turned(at(0), None);
    case.clock.set(u64::from(u32::MAX));
    assert_eq!(case.health.live(), Ok(()));
}

#[test]
fn whoever_believes_that_it_leads_past_its_deadline_is_wedged_after_two_seconds() {
    let case = Case::new(Health::new());
    let mut candidate = case.candidate("a");
    candidate.began(FencingToken::new(1), Won::Free, at(10_000));
    case.clock.set(12_000);
    assert_eq!(case.health.live(), Ok(()));
    case.clock.set(12_500);
    assert_eq!(
        case.wedged(),
        "the election of \"a\" has not noticed that its right to lead ran out 2.5s ago; nothing is done under that right any \
         more; look for work that blocks the runtime's threads"
    );
    candidate.stopped(StopReason::DeadlinePassed);
    assert_eq!(case.health.live(), Ok(()));
    candidate.began(FencingToken::NONE, Won::Standing, le_core::Moment::NEVER);
    assert_eq!(case.health.live(), Ok(()));
}

#[test]
fn one_of_many_that_is_wedged_is_named() {
    let case = Case::new(Health::new());
    let [a, b] = ["a", "b"].map(|bucket| case.candidate(bucket));
    a.turned(at(0), Some(at(90_000)));
    b.turned(at(0), Some(at(1_000)));
    case.clock.set(13_400);
    assert_eq!(
        case.wedged(),
        "the election of \"b\" stands still: it should have turned to its work 12.4s ago; look for work that blocks the \
         runtime's threads, for a CPU limit that is too low, and for a process that was stopped"
    );
    let told = case.health.to_string();
    assert!(told.starts_with("\"a\": waits\n\"b\": the election of \"b\" stands still"), "{told}");
    b.turned(at(13_400), Some(at(20_000)));
    case.clock.set(14_400);
    assert_eq!(
        case.health.to_string(),
        "\"a\": waits\n\"b\": waits; stood still for 12.4s, until 1.0s ago\n"
    );
}

#[test]
fn an_election_that_finished_is_alive_and_one_that_is_gone_is_not_until_it_begins_anew() {
    let case = Case::new(Health::new());
    let (mut a, mut b) = (case.candidate("a"), case.candidate("b"));
    a.finished();
    assert_eq!((case.health.live(), case.health.ready()), (Ok(()), Ok(())), "one goes on");
    b.finished();
    assert_eq!((case.health.live(), case.health.ready()), (Ok(()), Err(NotReady::Finished)));
    drop(case.candidate("a"));
    assert!(matches!(case.health.live(), Err(Wedged::Gone { .. })));
    assert!(case.wedged().starts_with("the election of \"a\" is gone"), "{}", case.wedged());
    let _again = case.candidate("a");
    assert_eq!((case.health.live(), case.health.ready()), (Ok(()), Ok(())));
}
