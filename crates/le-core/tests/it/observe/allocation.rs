//! What telling costs in memory.

use std::sync::Arc;
use std::time::Duration;

use le_core::{FailReason, FencingToken, Leaders, Moment, Observed, Observer, Observers, StopReason, Won};

use crate::clock::HandClock;

/// Listens to nothing.
struct Deaf;

impl Observer for Deaf {}

fn candidate(observers: &Observers) -> Observed {
    observers.candidate("b", "me", Arc::new(HandClock::default()))
}

/// What an elector tells at each renewal.
fn renew(observed: &mut Observed) {
    observed.leader_seen(Some("me"));
    observed.renewed(Moment::ORIGIN, Duration::from_millis(1), Moment::from_nanos(1_000));
    observed.attempt_failed(FailReason::TimedOut, Duration::from_secs(1));
    observed.turned(Moment::ORIGIN, Some(Moment::from_nanos(500)));
}

#[track_caller]
fn allocates_nothing(mut act: impl FnMut()) {
    let counted = allocation_counter::measure(|| (0..100).for_each(|_| act()));
    assert_eq!((counted.count_total, counted.bytes_total), (0, 0));
}

#[test]
fn where_nobody_observes_nothing_is_allocated() {
    let observers = Observers::default();
    let mut observed = candidate(&observers);
    allocates_nothing(|| renew(&mut observed));
    allocates_nothing(|| {
        let mut observed = Observed::nobody();
        observed.leader_seen(Some("other"));
        observed.began(FencingToken::new(1), Won::Released, Moment::NEVER);
        observed.slow_path();
        observed.odd(&"odd");
        observed.drain_began();
        observed.stopped(StopReason::Replaced);
        observed.finished();
        observers.watch_lost("namespace");
    });
}

#[test]
fn a_renewal_that_is_observed_allocates_nothing_where_it_is_told() {
    for observers in [Observers::new().with(Leaders::new()), Observers::new().with(Deaf)] {
        let mut observed = candidate(&observers);
        renew(&mut observed);
        assert!(observers.flush(super::PATIENCE));
        allocates_nothing(|| renew(&mut observed));
    }
}
