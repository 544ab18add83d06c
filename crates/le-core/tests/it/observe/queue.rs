//! Between candidates and observers: several at once, and such as panic, block, or are none.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use le_core::{AttemptFailed, Candidate, FailReason, Observer, Observers};

use super::{Notes, PATIENCE};
use crate::clock::HandClock;

fn candidate(observers: &Observers) -> le_core::Observed {
    observers.candidate("b", "me", Arc::new(HandClock::default()))
}

#[test]
fn several_observers_are_told_the_same() {
    let (one, other) = (Notes::default(), Notes::default());
    let first = Observers::new().with(one.clone());
    let both = first.clone().with(Arc::new(other.clone()));
    candidate(&both).finished();
    assert_eq!(other.all(&both), ["b joined as me", "b left: Finished"]);
    assert_eq!(one.all(&both), other.all(&both));
    drop(candidate(&first));
    assert_eq!(one.all(&first).len(), 4);
    assert_eq!(other.all(&both).len(), 2, "it came later, and is told of its own only");
}

#[test]
fn nobody_is_told_nothing_and_has_no_thread() {
    let observers = Observers::default();
    assert!(observers.is_empty() && !candidate(&observers).is_on());
    assert!(observers.flush(Duration::ZERO));
    assert!(!observers.with(Notes::default()).is_empty());
}

/// Panics whenever something goes wrong.
struct Fragile(Arc<AtomicU64>);

impl Observer for Fragile {
    fn attempt_failed(&self, _: &Candidate, _: &AttemptFailed) {
        self.0.fetch_add(1, Ordering::Relaxed);
        panic!("an observer is broken");
    }
}

#[test]
fn an_observer_that_panics_is_told_on_and_keeps_nothing_from_the_others() {
    let (told, notes) = (Arc::new(AtomicU64::new(0)), Notes::default());
    let observers = Observers::new().with(Fragile(told.clone())).with(notes.clone());
    let observed = candidate(&observers);
    for _ in 0..3 {
        observed.attempt_failed(FailReason::TimedOut, Duration::ZERO);
    }
    let failed = notes.all(&observers).iter().filter(|note| note.contains("failed")).count();
    assert_eq!((told.load(Ordering::Relaxed), failed), (3, 3));
}

/// Says that it was called, and waits to be let go.
struct Stuck {
    called: Sender<()>,
    free: Mutex<Receiver<()>>,
    missed: Arc<AtomicU64>,
}

impl Observer for Stuck {
    fn joined(&self, _: &Candidate) {
        self.called.send(()).unwrap();
        let _ = self.free.lock().unwrap().recv();
    }

    fn missed(&self, facts: u64) {
        self.missed.fetch_add(facts, Ordering::Relaxed);
    }
}

#[test]
fn while_an_observer_blocks_facts_are_dropped_and_counted_and_nobody_waits() {
    let ((called, is_called), (free, waits)) = (channel(), channel());
    let missed = Arc::new(AtomicU64::new(0));
    let stuck = Stuck { called, free: Mutex::new(waits), missed: missed.clone() };
    let observers = Observers::new().with(stuck);
    let mut observed = candidate(&observers);
    is_called.recv().unwrap();
    for _ in 0..5_000 {
        observed.slow_path();
    }
    observed.leader_seen(Some("me"));
    assert!(!observers.flush(Duration::from_millis(1)), "it is stuck");
    drop(free);
    assert!(observers.flush(PATIENCE));
    assert_eq!(missed.load(Ordering::Relaxed), 5_001 - 4_096);
}

#[test]
fn the_thread_hands_over_what_was_told_and_ends_with_the_last_handle() {
    struct Last(Notes, Sender<Vec<String>>);
    impl Observer for Last {
        fn left(&self, candidate: &Candidate) {
            self.0.left(candidate);
        }
    }
    impl Drop for Last {
        fn drop(&mut self) {
            self.1.send(self.0.0.lock().unwrap().clone()).unwrap();
        }
    }
    let (gone, is_gone) = channel();
    let observers = Observers::new().with(Last(Notes::default(), gone));
    let observed = candidate(&observers);
    drop(observers);
    assert!(is_gone.recv_timeout(Duration::from_millis(10)).is_err(), "the candidate is a handle");
    drop(observed);
    assert_eq!(is_gone.recv_timeout(PATIENCE).unwrap(), ["b left: Gone"]);
}
