//! Several replicas of one operator.

use std::sync::Arc;

use le_core::{Bucket, Membership, NamespacedName, StopReason};
use le_testkit::ByHand;
use tokio::time::{Instant, sleep};

use super::{Program, start};
use crate::support::seconds;

fn two() -> (Program, Program) {
    let a = ByHand::new();
    let b = a.peer();
    (start(&a, "queue"), start(&b, "queue"))
}

#[tokio::test(start_paused = true)]
async fn a_bucket_that_is_handed_over_drains_before_the_other_begins() {
    let (a, b) = two();
    a.hand.promote(Bucket::whole("b")).await.unwrap();
    let (before, begun) = (a.given(), Instant::now());
    let watch = async {
        sleep(seconds(4)).await;
        assert!(before.is_stopping() && before.is_valid(), "the right holds while the work drains");
        assert_eq!((a.hand.led(), b.hand.led()), (vec!["b".into()], vec![]));
    };
    let (moved, ()) = tokio::join!(a.hand.hand_over("b", &b.hand), watch);
    moved.unwrap();
    assert_eq!((begun.elapsed(), a.demoted()), (seconds(5), 1));
    assert_eq!((a.hand.led(), b.hand.led()), (vec![], vec!["b".into()]));
    assert_eq!(before.stop_reason(), Some(StopReason::ToldToStop));
    assert!(b.given().is_valid() && b.given().token() > before.token());
}

#[tokio::test(start_paused = true)]
async fn the_other_gets_the_same_bucket() {
    #[derive(Debug)]
    struct Odd;
    impl Membership for Odd {
        fn has(&self, key: &NamespacedName<'_>) -> bool {
            key.name().len() % 2 == 1
        }
    }
    let (a, b) = two();
    a.hand.promote(Bucket::new("odd", Arc::new(Odd))).await.unwrap();
    a.hand.hand_over("odd", &b.hand).await.unwrap();
    assert!(b.led.is_leader_for(&NamespacedName::new("ns", "x")));
    assert!(!b.led.is_leader_for(&NamespacedName::new("ns", "xx")));
}

#[tokio::test(start_paused = true)]
async fn tokens_grow_across_replicas() {
    let (a, b) = two();
    a.hand.promote(Bucket::whole("b")).await.unwrap();
    let mut last = a.given().token();
    for _ in 0..3 {
        a.hand.hand_over("b", &b.hand).await.unwrap();
        assert!(b.given().token() > last);
        b.hand.hand_over("b", &a.hand).await.unwrap();
        assert!(a.given().token() > b.given().token());
        last = a.given().token();
    }
}

#[tokio::test(start_paused = true)]
#[should_panic(expected = r#"bucket Bucket("b") of queue "queue" is led by a peer"#)]
async fn a_bucket_is_led_by_one_of_the_peers() {
    let (a, b) = two();
    a.hand.promote(Bucket::whole("b")).await.unwrap();
    let _ = b.hand.promote(Bucket::whole("b")).await;
}

#[tokio::test(start_paused = true)]
#[should_panic(expected = "is led by a peer")]
async fn a_bucket_that_drains_after_a_demotion_is_still_led() {
    let (a, b) = two();
    a.hand.promote(Bucket::whole("b")).await.unwrap();
    let early = async {
        sleep(seconds(4)).await;
        b.hand.promote(Bucket::whole("b")).await
    };
    let _ = tokio::join!(a.hand.demote("b"), early);
}

#[tokio::test(start_paused = true)]
async fn a_peer_may_lead_while_the_work_of_one_that_lost_still_drains() {
    let (a, b) = two();
    a.hand.promote(Bucket::whole("b")).await.unwrap();
    let next = async {
        sleep(seconds(1)).await;
        b.hand.promote(Bucket::whole("b")).await.unwrap();
        assert_eq!((a.demoted(), b.given().is_valid(), a.given().is_valid()), (0, true, false));
    };
    tokio::join!(a.hand.lose("b"), next);
}

#[tokio::test(start_paused = true)]
async fn different_buckets_are_led_by_different_peers() {
    let (a, b) = two();
    a.hand.promote(Bucket::whole("one")).await.unwrap();
    b.hand.promote(Bucket::whole("two")).await.unwrap();
    assert!(a.given().is_valid() && b.given().is_valid());
}

#[tokio::test(start_paused = true)]
async fn a_hand_over_to_one_that_cannot_begin_says_so_and_leaves_nobody_leading() {
    let a = ByHand::new();
    let b = a.peer();
    let failing = start(&b, "queue");
    let fine = Arc::new(le_core::LedBuckets::new());
    let elector = le_core::ElectorBuilder::build(&a, "queue", fine, le_core::Enqueue::nowhere()).unwrap();
    tokio::spawn(elector.run(Default::default()));
    a.promote(Bucket::whole("failing")).await.unwrap();
    assert!(a.hand_over("failing", &b).await.is_err());
    assert_eq!((a.led(), b.led()), (vec![], vec![]));
    assert_eq!(failing.given().stop_reason(), Some(StopReason::PromotionFailed));
}

#[tokio::test(start_paused = true)]
async fn a_hand_over_waits_until_the_other_runs() {
    let a = ByHand::new();
    let (first, b) = (start(&a, "queue"), a.peer());
    first.hand.promote(Bucket::whole("b")).await.unwrap();
    let later = async {
        sleep(seconds(60)).await;
        start(&b, "queue")
    };
    let begun = Instant::now();
    let (moved, second) = tokio::join!(a.hand_over("b", &b), later);
    moved.unwrap();
    assert_eq!(begun.elapsed(), seconds(60));
    assert!(second.given().is_valid());
}

#[tokio::test(start_paused = true)]
#[should_panic(expected = r#"bucket "b" is not led by ByHand"#)]
async fn what_is_not_led_cannot_be_handed_over() {
    let (a, b) = two();
    let _ = a.hand.hand_over("b", &b.hand).await;
}

#[tokio::test(start_paused = true)]
#[should_panic(expected = r#"bucket "b" is not led by ByHand"#)]
async fn what_was_lost_and_still_drains_cannot_be_handed_over() {
    let (a, b) = two();
    a.hand.promote(Bucket::whole("b")).await.unwrap();
    let late = async {
        sleep(seconds(1)).await;
        a.hand.hand_over("b", &b.hand).await
    };
    let _ = tokio::join!(a.hand.lose("b"), late);
}

#[tokio::test(start_paused = true)]
#[should_panic(expected = "make it with `peer`")]
async fn a_bucket_is_not_handed_to_another_operator() {
    let (a, other) = (start(&ByHand::new(), "queue"), start(&ByHand::new(), "queue"));
    a.hand.promote(Bucket::whole("b")).await.unwrap();
    let _ = a.hand.hand_over("b", &other.hand).await;
}
