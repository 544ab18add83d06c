//! The right to lead, in the hands of the work.

use std::cell::Cell;
use std::future::poll_fn;
use std::task::Poll;
use std::time::Duration;

use le_core::{Leadership, Moment, StopReason};

use crate::clock::{HandClock, at};

#[test]
fn validity_asks_the_clock_at_each_call() {
    let clock = HandClock::default();
    let term = clock.term(10);
    let leadership = term.leadership();
    clock.set(9);
    assert!(leadership.is_valid() && !leadership.is_stopping());
    assert_eq!(leadership.remaining(), Duration::from_secs(1));
    clock.set(10);
    assert!(!leadership.is_valid(), "the deadline itself is too late");
    assert!(leadership.is_stopping());
    assert_eq!(leadership.remaining(), Duration::ZERO);
    assert_eq!(leadership.stop_reason(), None, "nobody has noticed");
}

#[test]
fn whoever_makes_sure_too_late_learns_since_when() {
    let clock = HandClock::default();
    let term = clock.term(10);
    let leadership = term.leadership();
    assert!(leadership.ensure().is_ok());
    clock.set(13);
    let error = leadership.ensure().unwrap_err();
    assert_eq!((error.bucket.as_str(), error.since), ("b", Duration::from_secs(3)));
    assert_eq!(
        error.to_string(),
        "not leading bucket \"b\" any more: the right ran out 3s ago; do not act on its keys"
    );
    term.end(StopReason::DeadlinePassed);
    clock.set(20);
    assert_eq!(leadership.ensure().unwrap_err().since, Duration::from_secs(7), "from its end on");
}

#[test]
fn a_right_without_a_deadline_never_runs_out() {
    let clock = HandClock::default();
    let never = Moment::NEVER.as_nanos() / 1_000_000_000;
    let term = le_core::Term::begin(
        le_core::Bucket::universal(),
        le_core::FencingToken::NONE,
        Moment::NEVER,
        std::sync::Arc::new(clock.clone()),
    );
    clock.set(never);
    let leadership = term.leadership();
    assert!(leadership.is_valid());
    assert_eq!(leadership.remaining(), Duration::MAX);
    term.end(StopReason::ToldToStop);
    assert!(!leadership.is_valid());
    assert_eq!(leadership.remaining(), Duration::ZERO);
}

#[test]
fn a_leadership_and_its_clones_are_one() {
    let clock = HandClock::default();
    let term = clock.term(10);
    let (one, other) = (term.leadership(), term.leadership().clone());
    assert_eq!((one.token().get(), other.bucket().name().as_str()), (7, "b"));
    term.end(StopReason::Replaced);
    assert_eq!(
        (one.stop_reason(), other.stop_reason()),
        (Some(StopReason::Replaced), Some(StopReason::Replaced))
    );
    assert!(format!("{one:?}").contains("remaining: 0ns"), "{one:?}");
}

/// Work that counts how often it is polled, and is ready for the next poll at once.
async fn count(polls: &Cell<u32>) {
    poll_fn(|context| {
        polls.set(polls.get() + 1);
        context.waker().wake_by_ref();
        Poll::<()>::Pending
    })
    .await;
}

#[tokio::test]
async fn work_is_never_polled_after_the_right_ran_out() {
    let clock = HandClock::default();
    let (term, polls) = (clock.term(10), Cell::new(0));
    let leadership = term.leadership();
    let mut run = std::pin::pin!(leadership.run_while(count(&polls)));
    assert!(futures_now(run.as_mut()).is_none());
    let before = polls.get();
    assert!(before > 0);
    // Nobody tells, nothing wakes: the clock alone has moved.
    clock.set(10);
    let ended = futures_now(run.as_mut()).expect("it has ended");
    assert!(ended.is_err());
    assert_eq!(polls.get(), before);
}

/// Polls a future once.
fn futures_now<F: Future>(future: std::pin::Pin<&mut F>) -> Option<F::Output> {
    match future.poll(&mut std::task::Context::from_waker(std::task::Waker::noop())) {
        Poll::Ready(output) => Some(output),
        Poll::Pending => None,
    }
}

#[tokio::test]
async fn work_is_not_begun_without_the_right() {
    let clock = HandClock::default();
    let (term, polls) = (clock.term(10), Cell::new(0));
    clock.set(11);
    assert!(term.leadership().run_while(count(&polls)).await.is_err());
    assert_eq!(polls.get(), 0);
}

#[tokio::test]
async fn work_that_ends_in_time_gives_what_it_made() {
    let clock = HandClock::default();
    let term = clock.term(10);
    assert_eq!(term.leadership().run_while(async { 42 }).await, Ok(42));
}

#[tokio::test]
async fn work_that_sleeps_is_dropped_when_the_term_ends() {
    let clock = HandClock::default();
    let term = clock.term(10);
    let leadership: Leadership = term.leadership();
    let run = tokio::spawn(async move { leadership.run_while(std::future::pending::<()>()).await });
    tokio::task::yield_now().await;
    term.end(StopReason::Replaced);
    assert!(run.await.unwrap().is_err());
    assert_eq!(clock.term(10).leadership().bucket().name().as_str(), "b");
    assert_eq!(at(10), Moment::ORIGIN + Duration::from_secs(10));
}
