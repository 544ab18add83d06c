//! The set of buckets that are led.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use le_core::{
    Bucket, Enqueue, FencingToken, LeaderAware, LedBuckets, Membership, NamespacedName, PromoteError,
    StopReason, Term,
};

use crate::clock::{HandClock, at};

/// Has the keys of one namespace.
#[derive(Debug)]
struct Namespace(&'static str);

impl Membership for Namespace {
    fn has(&self, key: &NamespacedName<'_>) -> bool {
        key.namespace() == self.0
    }
}

fn term(clock: &HandClock, namespace: &'static str, token: u64) -> Term {
    let bucket = Bucket::new(namespace, Arc::new(Namespace(namespace)));
    Term::begin(bucket, FencingToken::new(token), at(10), Arc::new(clock.clone()))
}

fn key(namespace: &str) -> NamespacedName<'_> {
    NamespacedName::new(namespace, "name")
}

#[tokio::test]
async fn a_key_is_led_while_its_bucket_is() {
    let (clock, led) = (HandClock::default(), LedBuckets::new());
    let (one, other) = (term(&clock, "one", 1), term(&clock, "other", 2));
    led.promote(one.leadership(), None).await.unwrap();
    assert!(led.is_leader_for(&key("one")) && !led.is_leader_for(&key("other")));
    led.promote(other.leadership(), None).await.unwrap();
    assert_eq!(led.leadership_for(&key("other")).unwrap().token().get(), 2);
    assert_eq!(led.leaderships().len(), 2);
    led.demote(one.leadership().bucket()).await;
    assert!(!led.is_leader_for(&key("one")) && led.is_leader_for(&key("other")));
}

#[tokio::test]
async fn a_right_that_ran_out_leads_nothing_though_nobody_was_told() {
    let (clock, led) = (HandClock::default(), LedBuckets::new());
    let term = term(&clock, "one", 1);
    led.promote(term.leadership(), None).await.unwrap();
    clock.set(10);
    assert!(!led.is_leader_for(&key("one")));
    assert!(led.leadership_for(&key("one")).is_none() && led.leaderships().is_empty());
}

#[tokio::test]
async fn the_functions_may_ask_the_set_and_find_it_as_it_should_be() {
    let (clock, notes) = (HandClock::default(), Arc::new(Mutex::new(Vec::new())));
    let led = Arc::new_cyclic(|set: &std::sync::Weak<LedBuckets>| {
        let (begin, end) = ((set.clone(), Arc::clone(&notes)), (set.clone(), Arc::clone(&notes)));
        LedBuckets::new()
            .on_promote(move |leadership, enqueue| {
                let (set, notes) = begin.clone();
                async move {
                    let leads = set.upgrade().unwrap().is_leader_for(&key("one"));
                    notes.lock().unwrap().push(format!(
                        "promote {} {leads} {}",
                        leadership.token(),
                        enqueue.is_some()
                    ));
                    Ok(())
                }
            })
            .on_demote(move |bucket| {
                let (set, notes) = end.clone();
                async move {
                    let leads = set.upgrade().unwrap().is_leader_for(&key("one"));
                    notes.lock().unwrap().push(format!("demote {bucket} {leads}"));
                }
            })
    });
    let term = term(&clock, "one", 5);
    led.promote(term.leadership(), Some(Enqueue::nowhere())).await.unwrap();
    led.demote(term.leadership().bucket()).await;
    assert_eq!(*notes.lock().unwrap(), ["promote 5 true true", "demote one false"]);
}

#[tokio::test]
async fn a_promotion_that_fails_leaves_the_set() {
    let clock = HandClock::default();
    let led = LedBuckets::new().on_promote(|_, _| async { Err(PromoteError::new("no cache")) });
    let term = term(&clock, "one", 1);
    assert!(led.promote(term.leadership(), None).await.is_err());
    assert!(!led.is_leader_for(&key("one")));
    assert!(!format!("{led:?}").contains("token"), "{led:?}");
}

#[tokio::test]
async fn a_promotion_that_is_dropped_is_ended_by_its_demotion() {
    let clock = HandClock::default();
    let led = LedBuckets::new().on_promote(|_, _| std::future::pending());
    let term = term(&clock, "one", 1);
    let promotion = led.promote(term.leadership(), None);
    assert!(tokio::time::timeout(Duration::ZERO, promotion).await.is_err());
    assert!(led.is_leader_for(&key("one")), "it is led, and its work begins");
    led.demote(term.leadership().bucket()).await;
    assert!(!led.is_leader_for(&key("one")));
}

#[tokio::test]
async fn a_drain_ends_when_the_function_says_so() {
    let (clock, gate) = (HandClock::default(), Arc::new(tokio::sync::Notify::new()));
    let inner = Arc::clone(&gate);
    let led = Arc::new(LedBuckets::new().on_demote(move |_| {
        let gate = Arc::clone(&inner);
        async move { gate.notified().await }
    }));
    let term = term(&clock, "one", 1);
    led.promote(term.leadership(), None).await.unwrap();
    let (drained, bucket) = (Arc::clone(&led), term.leadership().bucket().clone());
    let drain = tokio::spawn(async move { drained.demote(&bucket).await });
    tokio::task::yield_now().await;
    assert!(!drain.is_finished() && !led.is_leader_for(&key("one")));
    gate.notify_one();
    drain.await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn whoever_waits_for_a_key_is_woken_by_its_promotion() {
    let (clock, led) = (HandClock::default(), Arc::new(LedBuckets::new()));
    let waiting = Arc::clone(&led);
    let wait = tokio::spawn(async move { waiting.until_leader_for(&key("two")).await.token().get() });
    tokio::task::yield_now().await;
    let (one, two) = (term(&clock, "one", 1), term(&clock, "two", 2));
    led.promote(one.leadership(), None).await.unwrap();
    tokio::task::yield_now().await;
    assert!(!wait.is_finished());
    led.promote(two.leadership(), None).await.unwrap();
    let woken = tokio::time::timeout(Duration::from_secs(60), wait).await.expect("it is woken");
    assert_eq!(woken.unwrap(), 2);
    one.end(StopReason::Replaced);
}
