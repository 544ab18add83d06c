//! A right that goes, noticed or not.

use std::time::Duration;

use le_core::{Bucket, StopReason};
use le_testkit::ByHand;
use tokio::time::{Instant, sleep};

use super::{program, start};
use crate::support::seconds;

#[tokio::test(start_paused = true)]
async fn an_expired_right_is_gone_and_nobody_was_told() {
    let program = program();
    program.hand.promote(Bucket::whole("b")).await.unwrap();
    let leadership = program.given();
    program.hand.expire("b");
    assert!(!leadership.is_valid() && program.hand.led().is_empty());
    sleep(seconds(100)).await;
    assert_eq!((leadership.stop_reason(), program.demoted()), (None, 0));
    program.hand.lose("b").await;
    assert_eq!((leadership.stop_reason(), program.demoted()), (Some(StopReason::DeadlinePassed), 1));
}

#[tokio::test(start_paused = true)]
async fn a_right_can_be_left_to_run_out() {
    let program = program();
    program.hand.promote(Bucket::whole("b")).await.unwrap();
    let (leadership, begun) = (program.given(), Instant::now());
    program.hand.expire_in("b", seconds(10));
    assert_eq!(leadership.remaining(), seconds(10));
    sleep(seconds(10) - Duration::from_millis(1)).await;
    assert!(leadership.is_valid());
    program.hand.until_free("b").await;
    assert_eq!((begun.elapsed(), leadership.is_valid()), (seconds(10), false));
}

#[tokio::test(start_paused = true)]
async fn a_peer_may_lead_what_has_expired() {
    let a = ByHand::new();
    let b = a.peer();
    let (sleeper, next) = (start(&a, "queue"), start(&b, "queue"));
    a.promote(Bucket::whole("b")).await.unwrap();
    a.expire("b");
    b.promote(Bucket::whole("b")).await.unwrap();
    assert_eq!((sleeper.given().is_valid(), next.given().is_valid()), (false, true));
    a.lose("b").await;
    assert!(next.given().is_valid(), "the sleeper's end is its own");
}

#[tokio::test(start_paused = true)]
#[should_panic(expected = "is led already; demote it first")]
async fn a_replica_that_has_not_noticed_its_loss_is_not_promoted_again() {
    let program = program();
    program.hand.promote(Bucket::whole("b")).await.unwrap();
    program.hand.expire("b");
    let _ = program.hand.promote(Bucket::whole("b")).await;
}

#[tokio::test(start_paused = true)]
async fn a_reconcile_in_flight_is_dropped_the_moment_that_its_bucket_is_lost() {
    let program = program();
    program.hand.promote(Bucket::whole("b")).await.unwrap();
    let (leadership, begun) = (program.hand.until_led("b").await, Instant::now());
    let reconcile = async {
        let reconciled = leadership.run_while(sleep(seconds(60))).await;
        (reconciled.is_err(), begun.elapsed())
    };
    let lose = async {
        sleep(seconds(3)).await;
        program.hand.lose("b").await;
    };
    let (reconciled, ()) = tokio::join!(reconcile, lose);
    assert_eq!(reconciled, (true, seconds(3)));
    assert_eq!(begun.elapsed(), seconds(8), "and the loss returns when the work has drained");
}

#[tokio::test(start_paused = true)]
async fn a_right_can_be_lost_while_the_work_drains() {
    let program = program();
    program.hand.promote(Bucket::whole("b")).await.unwrap();
    let (leadership, begun) = (program.given(), Instant::now());
    let lose = async {
        sleep(seconds(2)).await;
        assert!(leadership.is_valid());
        program.hand.lose("b").await;
        begun.elapsed()
    };
    let ((), lost) = tokio::join!(program.hand.demote("b"), lose);
    assert_eq!((lost, program.demoted()), (seconds(5), 1), "one demotion, and both wait for it");
    assert_eq!(leadership.stop_reason(), Some(StopReason::DeadlinePassed));
}

#[tokio::test(start_paused = true)]
async fn a_loss_that_is_not_awaited_is_none_and_one_that_is_dropped_is_complete() {
    let program = program();
    program.hand.promote(Bucket::whole("b")).await.unwrap();
    drop(program.hand.lose("b"));
    assert!(program.given().is_valid());
    assert!(tokio::time::timeout(seconds(1), program.hand.lose("b")).await.is_err());
    assert!(!program.given().is_valid());
    program.hand.promote(Bucket::whole("b")).await.unwrap();
    assert!(program.given().is_valid());
}

#[tokio::test(start_paused = true)]
async fn what_is_not_led_can_neither_be_lost_nor_expire() {
    let program = program();
    program.hand.lose("b").await;
    program.hand.expire("b");
    program.hand.until_free("b").await;
    assert_eq!(program.demoted(), 0);
}
