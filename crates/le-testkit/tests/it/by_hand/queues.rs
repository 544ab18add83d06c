//! Several controllers in one process.

use std::sync::Arc;

use le_core::{Bucket, ElectorBuilder, Enqueue, LedBuckets};
use le_testkit::ByHand;
use tokio::time::{Instant, sleep};

use super::start;
use crate::support::seconds;

#[tokio::test(start_paused = true)]
async fn what_is_said_to_a_queue_holds_for_it_alone() {
    let hand = ByHand::new();
    let (one, two) = (start(&hand, "one"), start(&hand, "two"));
    hand.queue("one").promote(Bucket::whole("b")).await.unwrap();
    assert!(one.given().is_valid() && two.last.lock().unwrap().is_none());
    assert_eq!((hand.queue("one").led(), hand.queue("two").led()), (vec!["b".into()], vec![]));
    hand.queue("two").promote(Bucket::whole("b")).await.unwrap();
    hand.queue("one").expire("b");
    assert_eq!((one.given().is_valid(), two.given().is_valid()), (false, true));
    hand.queue("two").demote("b").await;
    assert_eq!((one.demoted(), two.demoted()), (0, 1));
}

#[tokio::test(start_paused = true)]
async fn what_is_said_without_a_queue_holds_for_all() {
    let hand = ByHand::new();
    let (one, two) = (start(&hand, "one"), start(&hand, "two"));
    hand.promote(Bucket::whole("b")).await.unwrap();
    assert!(one.given().is_valid() && two.given().is_valid());
    assert_ne!(one.given().token(), two.given().token());
    let begun = Instant::now();
    hand.lose("b").await;
    assert_eq!((one.demoted(), two.demoted(), begun.elapsed()), (1, 1, seconds(5)));
}

#[tokio::test(start_paused = true)]
async fn a_promotion_waits_until_every_elector_that_was_built_runs() {
    let hand = ByHand::new();
    let one = start(&hand, "one");
    let led = Arc::new(LedBuckets::new());
    let late = hand.build("late", led.clone(), Enqueue::nowhere()).unwrap();
    let run = async {
        sleep(seconds(3)).await;
        tokio::spawn(late.run(Default::default()));
    };
    let begun = Instant::now();
    let (promoted, ()) = tokio::join!(hand.promote(Bucket::whole("b")), run);
    promoted.unwrap();
    assert_eq!(begun.elapsed(), seconds(3));
    assert!(one.given().is_valid() && led.leaderships().len() == 1);
}

#[tokio::test(start_paused = true)]
async fn an_elector_that_has_ended_is_waited_for_no_more() {
    let hand = ByHand::new();
    let (one, two) = (start(&hand, "one"), start(&hand, "two"));
    one.stop.cancel();
    one.running.await.unwrap();
    drop(hand.build("never run", Arc::new(LedBuckets::new()), Enqueue::nowhere()).unwrap());
    hand.promote(Bucket::whole("b")).await.unwrap();
    assert_eq!(format!("{hand:?}"), r#"ByHand { queues: ["two"], led: ["b"], .. }"#);
    assert!(two.given().is_valid() && one.last.lock().unwrap().is_none());
}

#[tokio::test(start_paused = true)]
async fn a_hand_over_moves_the_queues_that_lead() {
    let a = ByHand::new();
    let b = a.peer();
    let _at_a = [start(&a, "one"), start(&a, "two")];
    let [one, two] = [start(&b, "one"), start(&b, "two")];
    a.queue("two").promote(Bucket::whole("b")).await.unwrap();
    a.hand_over("b", &b).await.unwrap();
    assert!(one.last.lock().unwrap().is_none() && two.given().is_valid());
}
