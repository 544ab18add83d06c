//! What a candidate's line makes of what it is told.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use le_core::{FailReason, FencingToken, Life, Moment, NamespacedName, Observed, Observers, StopReason, Won};

use super::Notes;
use crate::clock::{HandClock, at};

fn observed() -> (HandClock, Notes, Observers, Observed) {
    let (clock, notes) = (HandClock::default(), Notes::default());
    let observers = Observers::new().with(notes.clone());
    let observed = observers.candidate("b", "me", Arc::new(clock.clone()));
    (clock, notes, observers, observed)
}

#[test]
fn every_fact_of_a_term_arrives_in_order_with_its_times() {
    let (clock, notes, observers, mut observed) = observed();
    assert!(observed.is_on());
    observed.leader_seen(Some("other"));
    clock.set(3);
    observed.leader_seen(Some("other")); // it has renewed
    clock.set(5);
    observed.leader_seen(None);
    observed.attempt_failed(FailReason::Conflict, Duration::from_millis(30));
    clock.set(7);
    observed.leader_seen(Some("me"));
    observed.began(FencingToken::new(9), Won::Released, at(17));
    clock.set(10);
    observed.renewed(at(10), Duration::from_millis(20), at(20));
    observed.slow_path();
    observed.odd(&"it is green");
    clock.set(12);
    observed.drain_began();
    observed.drain_began(); // the right was lost meanwhile
    let term = clock.term(20);
    term.leadership().note_drained(&NamespacedName::new("ns", "slow"));
    clock.set(14);
    observed.drain_ended(&term.leadership());
    observed.stopped(StopReason::ToldToStop);
    observed.finished();
    observers.watch_lost("acme");
    observers.watch_regained("acme");
    let expected = [
        "b joined as me",
        "b led by Some(\"other\") since 0ns",
        "b led by None since 5s",
        "b failed: conflict in 30ms",
        "b led by Some(\"me\") since 7s",
        "b began 9 released after Some(2s)",
        "b renewed in 20ms, 7s left",
        "b slow path",
        "b odd: it is green",
        "b drain began",
        "b drained in 2s, last [\"ns/slow\"]",
        "b stopped: told to stop, 7s, Some(6s) left",
        "b left: Finished",
        "watch of acme lost",
        "watch of acme regained",
    ];
    assert_eq!(notes.all(&observers), expected);
}

#[test]
fn a_leader_that_follows_itself_took_over_from_nobody() {
    let (clock, notes, observers, mut observed) = observed();
    for second in [1, 4] {
        clock.set(second);
        observed.leader_seen(Some("me"));
        observed.began(FencingToken::new(second), Won::Released, at(20));
        observed.stopped(StopReason::PromotionFailed);
        observed.leader_seen(None);
    }
    let began = |note: &String| note.contains("began");
    let notes: Vec<_> = notes.all(&observers).into_iter().filter(began).collect();
    assert_eq!(notes, ["b began 1 released after None", "b began 4 released after None"]);
}

#[test]
fn a_pulse_is_what_the_candidate_said_last() {
    let (clock, _, observers, mut observed) = observed();
    let seen = Arc::new(std::sync::Mutex::new(None));
    struct Keep(Arc<std::sync::Mutex<Option<le_core::Pulse>>>);
    impl le_core::Observer for Keep {
        fn joined(&self, candidate: &le_core::Candidate) {
            *self.0.lock().unwrap() = Some(candidate.pulse().clone());
        }
    }
    let observers = observers.with(Keep(seen.clone()));
    drop(observed);
    observed = observers.candidate("b", "me", Arc::new(clock.clone()));
    assert!(observers.flush(super::PATIENCE));
    let pulse = seen.lock().unwrap().clone().unwrap();
    assert_eq!((pulse.due(), pulse.leads_until(), pulse.life()), (None, None, Life::Running));

    observed.turned(at(0), Some(at(5)));
    observed.began(FencingToken::new(1), Won::Free, at(10));
    assert_eq!((pulse.due(), pulse.leads_until(), pulse.leads()), (Some(at(5)), Some(at(10)), true));
    clock.set(10);
    assert!(!pulse.leads() && pulse.leads_until().is_some(), "it believes so, and does not");
    assert_eq!(pulse.now(), at(10));
    observed.renewed(at(10), Duration::ZERO, Moment::NEVER);
    assert!(pulse.leads());
    assert_eq!(pulse.last_stall(), None);
    observed.turned(at(10), None);
    assert_eq!(pulse.last_stall(), Some((at(10), Duration::from_secs(5))));
    observed.stopped(StopReason::Replaced);
    assert_eq!((pulse.due(), pulse.leads_until()), (None, None));

    observed.turned(at(10), Some(at(5)));
    assert_eq!(pulse.due(), Some(at(10)), "not before now");
    drop(observed);
    assert_eq!((pulse.due(), pulse.life()), (None, Life::Gone));
}

#[test]
fn a_candidate_that_is_dropped_or_panics_is_gone() {
    let (_, notes, observers, observed) = observed();
    let panicked = std::thread::spawn(move || {
        let _observed = observed;
        std::panic::resume_unwind(Box::new("a bug"));
    });
    assert!(panicked.join().is_err());
    assert_eq!(notes.all(&observers), ["b joined as me", "b left: Gone"]);
}

#[test]
fn ten_of_the_keys_that_were_last_are_kept() {
    let leadership = HandClock::default().term(1).leadership();
    for i in 0..12 {
        leadership.note_drained(&NamespacedName::new("ns", format!("{i}")));
    }
    let kept: Vec<_> = leadership.last_drained().iter().map(|key| key.name().to_owned()).collect();
    assert_eq!(kept, ["2", "3", "4", "5", "6", "7", "8", "9", "10", "11"]);
}

#[test]
fn every_value_of_the_enums_is_in_their_lists_once_and_has_a_word_of_its_own() {
    let words: HashSet<_> = Won::ALL.iter().map(|won| won.as_str()).collect();
    assert_eq!((words.len(), Won::ALL.len()), (5, 5));
    let words: HashSet<_> = FailReason::ALL.iter().map(|reason| reason.as_str()).collect();
    assert_eq!((words.len(), FailReason::ALL.len()), (9, 9));
    let words: HashSet<_> = StopReason::ALL.iter().map(|reason| reason.as_str()).collect();
    assert_eq!((words.len(), StopReason::ALL.len()), (6, 6));
}
