//! The elector that is driven by hand.

mod losing;
mod peers;
mod queues;
mod turns;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use le_core::{
    Bucket, ElectorBuilder, Enqueue, Leadership, LedBuckets, NamespacedName, PromoteError, StopReason,
};
use le_testkit::ByHand;
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;

use crate::support::seconds;

struct Program {
    hand: ByHand,
    led: Arc<LedBuckets>,
    last: Arc<Mutex<Option<Leadership>>>,
    demoted: Arc<AtomicUsize>,
    stop: CancellationToken,
    running: tokio::task::JoinHandle<()>,
}

/// A program that keeps what it leads, and takes five seconds to drain.
fn program() -> Program {
    start(&ByHand::new(), "queue")
}

/// The same, as a replica with a queue of its own.
fn start(hand: &ByHand, queue: &str) -> Program {
    let (last, demoted) = (Arc::new(Mutex::new(None)), Arc::new(AtomicUsize::new(0)));
    let (keep, count) = (Arc::clone(&last), Arc::clone(&demoted));
    let led = LedBuckets::new()
        .on_promote(move |leadership, _| {
            let failing = leadership.bucket().name().as_str() == "failing";
            *keep.lock().unwrap() = Some(leadership);
            async move { if failing { Err(PromoteError::new("no")) } else { Ok(()) } }
        })
        .on_demote(move |_| {
            let count = Arc::clone(&count);
            async move {
                sleep(seconds(5)).await;
                count.fetch_add(1, Ordering::SeqCst);
            }
        });
    let (hand, led, stop) = (hand.clone(), Arc::new(led), CancellationToken::new());
    let elector = hand.build(queue, led.clone(), Enqueue::nowhere()).unwrap();
    let running = tokio::spawn({
        let stop = stop.clone();
        async move { elector.run(stop).await.unwrap() }
    });
    Program { hand, led, last, demoted, stop, running }
}

impl Program {
    /// The leadership that it was given last.
    fn given(&self) -> Leadership {
        self.last.lock().unwrap().clone().expect("it was promoted")
    }

    fn demoted(&self) -> usize {
        self.demoted.load(Ordering::SeqCst)
    }
}

#[tokio::test(start_paused = true)]
async fn a_promoted_bucket_is_led_and_a_demoted_one_has_drained() {
    let program = program();
    program.hand.promote(Bucket::whole("b")).await.unwrap();
    let leadership = program.given();
    assert!(leadership.is_valid() && program.led.is_leader_for(&NamespacedName::new("ns", "x")));
    assert_eq!(program.hand.led(), ["b".into()]);
    let start = Instant::now();
    let demotion = program.hand.demote("b");
    let watch = async {
        sleep(seconds(1)).await;
        assert!(leadership.is_stopping() && leadership.is_valid(), "the right holds while the work drains");
    };
    tokio::join!(demotion, watch);
    assert_eq!(start.elapsed(), seconds(5));
    assert_eq!((leadership.is_valid(), leadership.stop_reason()), (false, Some(StopReason::ToldToStop)));
}

#[tokio::test(start_paused = true)]
async fn a_lost_bucket_is_gone_before_the_work_hears_of_it() {
    let program = program();
    program.hand.promote(Bucket::whole("b")).await.unwrap();
    let leadership = program.given();
    let watch = async {
        sleep(seconds(1)).await;
        assert!(!leadership.is_valid());
        assert_eq!(program.demoted(), 0);
    };
    tokio::join!(program.hand.lose("b"), watch);
    assert_eq!(leadership.stop_reason(), Some(StopReason::DeadlinePassed));
    assert_eq!(program.demoted(), 1);
}

#[tokio::test(start_paused = true)]
async fn every_term_has_a_greater_token() {
    let program = program();
    let mut last = None;
    for _ in 0..3 {
        program.hand.promote(Bucket::whole("b")).await.unwrap();
        let token = program.given().token();
        assert!(last < Some(token));
        last = Some(token);
        program.hand.lose_because("b", StopReason::Replaced).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_stop_demotes_everything_side_by_side() {
    let mut program = program();
    for bucket in ["a", "b", "c"] {
        program.hand.promote(Bucket::whole(bucket)).await.unwrap();
    }
    let start = Instant::now();
    program.stop.cancel();
    (&mut program.running).await.unwrap();
    assert_eq!(start.elapsed(), seconds(5));
    assert_eq!(program.demoted(), 3);
}

#[tokio::test(start_paused = true)]
async fn an_elector_that_is_dropped_leads_nothing() {
    let mut program = program();
    program.hand.promote(Bucket::whole("b")).await.unwrap();
    program.running.abort();
    let _ = (&mut program.running).await;
    assert!(!program.given().is_valid());
    assert!(program.hand.led().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_promotion_that_fails_is_told_and_leads_nothing() {
    let program = program();
    assert!(program.hand.promote(Bucket::whole("failing")).await.is_err());
    let leadership = program.given();
    assert_eq!(leadership.stop_reason(), Some(StopReason::PromotionFailed));
    assert!(program.hand.led().is_empty());
    program.hand.demote("never promoted").await;
}

#[tokio::test(start_paused = true)]
#[should_panic(expected = "is led already; demote it first")]
async fn a_bucket_is_not_promoted_twice() {
    let program = program();
    program.hand.promote(Bucket::whole("b")).await.unwrap();
    let _ = program.hand.promote(Bucket::whole("b")).await;
}
