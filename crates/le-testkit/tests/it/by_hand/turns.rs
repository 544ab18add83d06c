//! Who waits for whom.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use futures::poll;
use le_core::{Bucket, ElectorBuilder, Enqueue, LedBuckets};
use le_testkit::ByHand;
use tokio::time::{Instant, sleep, timeout};

use super::program;
use crate::support::seconds;

#[tokio::test(start_paused = true)]
async fn a_bucket_is_led_from_the_beginning_of_its_promotion() {
    let program = program();
    let promote = async {
        sleep(seconds(7)).await;
        program.hand.promote(Bucket::whole("b")).await.unwrap();
    };
    let begun = Instant::now();
    let (leadership, ()) = tokio::join!(program.hand.until_led("b"), promote);
    assert_eq!(begun.elapsed(), seconds(7));
    assert_eq!(leadership.token(), program.given().token());
    let free = async {
        program.hand.until_free("b").await;
        begun.elapsed()
    };
    let ((), freed) = tokio::join!(program.hand.demote("b"), free);
    assert_eq!(freed, seconds(12), "it is free when the work has drained");
}

#[tokio::test(start_paused = true)]
#[should_panic(
    expected = r#"waited 3600s until bucket "b" is led by ByHand { queues: ["queue"], led: [], .. }"#
)]
async fn a_wait_for_what_never_comes_ends() {
    program().hand.until_led("b").await;
}

#[tokio::test(start_paused = true)]
#[should_panic(expected = "run")]
async fn a_promotion_that_no_elector_hears_ends() {
    let _ = ByHand::new().promote(Bucket::whole("b")).await;
}

#[tokio::test(start_paused = true)]
async fn a_promotion_waits_until_the_work_of_the_term_before_has_drained() {
    let program = program();
    program.hand.promote(Bucket::whole("b")).await.unwrap();
    let begun = Instant::now();
    let again = async {
        sleep(seconds(1)).await;
        program.hand.promote(Bucket::whole("b")).await.unwrap();
        (begun.elapsed(), program.demoted())
    };
    let ((), again) = tokio::join!(program.hand.lose("b"), again);
    assert_eq!(again, (seconds(5), 1));
}

#[tokio::test(start_paused = true)]
async fn a_promotion_that_waits_for_a_drain_is_outrun_by_a_stop() {
    let program = program();
    program.hand.promote(Bucket::whole("b")).await.unwrap();
    let again = timeout(seconds(100), program.hand.promote(Bucket::whole("b")));
    let stop = async {
        sleep(seconds(1)).await;
        program.stop.cancel();
    };
    let ((), again, ()) = tokio::join!(program.hand.lose("b"), again, stop);
    assert!(again.is_err() && program.hand.led().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_promotion_under_way_is_dropped_before_its_demotion_begins() {
    /// Says that the promotion is gone.
    struct Gone(Arc<AtomicBool>);
    impl Drop for Gone {
        fn drop(&mut self) {
            self.0.store(true, Ordering::SeqCst);
        }
    }
    let (gone, demoted) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
    let (going, seen, count) = (Arc::clone(&gone), Arc::clone(&gone), Arc::clone(&demoted));
    let stuck = LedBuckets::new()
        .on_promote(move |_, _| {
            let guard = Gone(Arc::clone(&going));
            async move {
                let _guard = guard;
                std::future::pending().await
            }
        })
        .on_demote(move |_| {
            assert!(seen.load(Ordering::SeqCst), "promoted and demoted at one time");
            count.fetch_add(1, Ordering::SeqCst);
            async {}
        });
    let hand = ByHand::new();
    let elector = hand.build("queue", Arc::new(stuck), Enqueue::nowhere()).unwrap();
    tokio::spawn(elector.run(Default::default()));
    tokio::task::yield_now().await;
    // Nobody polls the promotion while the bucket is lost.
    let mut promotion = Box::pin(hand.promote(Bucket::whole("b")));
    assert!(poll!(promotion.as_mut()).is_pending());
    hand.lose("b").await;
    assert!(gone.load(Ordering::SeqCst));
    promotion.await.unwrap();
    // And a task of its own does while it is demoted.
    let begun = Instant::now();
    let promoting = hand.clone();
    let promotion = tokio::spawn(async move { promoting.promote(Bucket::whole("b")).await });
    sleep(seconds(3)).await;
    hand.demote("b").await;
    let promoted = timeout(seconds(60), promotion).await.expect("it returns when it is cut short");
    promoted.unwrap().unwrap();
    assert_eq!((begun.elapsed(), demoted.load(Ordering::SeqCst)), (seconds(3), 2));
}

#[tokio::test(start_paused = true)]
async fn a_promotion_that_nobody_waits_for_is_cut_short_and_the_bucket_led() {
    let stuck = LedBuckets::new().on_promote(|_, _| std::future::pending());
    let hand = ByHand::new();
    let elector = hand.build("queue", Arc::new(stuck), Enqueue::nowhere()).unwrap();
    tokio::spawn(elector.run(Default::default()));
    let promotion = hand.promote(Bucket::whole("b"));
    assert!(timeout(seconds(1), promotion).await.is_err());
    assert_eq!(hand.led(), ["b".into()]);
    hand.demote("b").await;
    assert!(hand.led().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_hundred_turns_in_a_virtual_second_leave_each_term_one_end() {
    let ended = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&ended);
    let brief = LedBuckets::new().on_demote(move |_| {
        count.fetch_add(1, Ordering::SeqCst);
        sleep(std::time::Duration::from_millis(10))
    });
    let hand = ByHand::new();
    let elector = hand.build("queue", Arc::new(brief), Enqueue::nowhere()).unwrap();
    tokio::spawn(elector.run(Default::default()));
    let begun = Instant::now();
    for turn in 0..100 {
        hand.promote(Bucket::whole("b")).await.unwrap();
        if turn % 2 == 0 { hand.lose("b").await } else { hand.demote("b").await }
    }
    assert_eq!((begun.elapsed(), ended.load(Ordering::SeqCst)), (seconds(1), 100));
}
