//! The right to lead, in the hands of the elector.

use std::time::Duration;

use le_core::{FencingToken, Moment, StopReason};

use crate::clock::{HandClock, at};

#[test]
fn extending_moves_the_deadline() {
    let clock = HandClock::default();
    let term = clock.term(10);
    let leadership = term.leadership();
    term.extend(at(20));
    clock.set(19);
    assert!(leadership.is_valid());
    clock.set(20);
    assert!(!leadership.is_valid());
}

#[test]
fn a_right_that_has_run_out_is_not_extended() {
    let clock = HandClock::default();
    let term = clock.term(10);
    clock.set(10);
    term.extend(at(100));
    assert!(!term.leadership().is_valid(), "somebody may have seen it run out");
}

#[tokio::test]
async fn telling_to_stop_wakes_who_winds_down_and_leaves_the_right() {
    let clock = HandClock::default();
    let term = clock.term(10);
    let leadership = term.leadership();
    let told = tokio::spawn(async move {
        leadership.stopping().await;
        leadership
    });
    tokio::task::yield_now().await;
    term.tell_to_stop();
    let leadership = told.await.unwrap();
    assert!(leadership.is_stopping() && leadership.is_valid());
    assert_eq!(leadership.stop_reason(), None);
    term.extend(at(20));
    assert_eq!(leadership.remaining(), Duration::from_secs(20), "it is renewed while the work drains");
}

#[tokio::test]
async fn an_end_wakes_everybody_who_finds_the_right_gone() {
    let clock = HandClock::default();
    let term = clock.term(10);
    let tasks: Vec<_> = (0..10)
        .map(|index| {
            let leadership = term.leadership();
            tokio::spawn(async move {
                if index % 2 == 0 {
                    leadership.lost().await;
                } else {
                    leadership.stopping().await;
                }
                (leadership.is_valid(), leadership.stop_reason())
            })
        })
        .collect();
    tokio::task::yield_now().await;
    term.end(StopReason::IdentityUsedElsewhere);
    for task in tasks {
        assert_eq!(task.await.unwrap(), (false, Some(StopReason::IdentityUsedElsewhere)));
    }
}

#[tokio::test]
async fn dropping_a_term_ends_it() {
    let clock = HandClock::default();
    let term = clock.term(10);
    let leadership = term.leadership();
    drop(term);
    leadership.lost().await;
    assert!(!leadership.is_valid());
    assert_eq!(leadership.stop_reason(), Some(StopReason::ToldToStop));
}

#[test]
fn the_first_reason_stays() {
    let clock = HandClock::default();
    let term = clock.term(10);
    let leadership = term.leadership();
    term.end(StopReason::DeletedAndTaken);
    assert_eq!(leadership.stop_reason(), Some(StopReason::DeletedAndTaken));
}

#[test]
fn reasons_have_words_for_people_and_for_metrics() {
    for (reason, word, text) in [
        (StopReason::ToldToStop, "told_to_stop", "told to stop"),
        (StopReason::DeadlinePassed, "deadline_passed", "deadline passed"),
        (StopReason::Replaced, "replaced", "replaced"),
        (StopReason::DeletedAndTaken, "deleted_and_taken", "deleted and taken"),
        (StopReason::IdentityUsedElsewhere, "identity_used_elsewhere", "same identity used elsewhere"),
        (StopReason::PromotionFailed, "promotion_failed", "promotion failed"),
    ] {
        assert_eq!((reason.as_str(), reason.to_string().as_str()), (word, text));
    }
}

#[test]
fn tokens_are_ordered_and_moments_saturate() {
    assert!(FencingToken::NONE < FencingToken::new(1) && FencingToken::new(9) < FencingToken::new(10));
    assert_eq!(Moment::NEVER + Duration::from_secs(1), Moment::NEVER);
    assert_eq!(Moment::ORIGIN + Duration::MAX, Moment::NEVER);
    assert_eq!(Moment::ORIGIN.since(Moment::NEVER), Duration::ZERO);
}
