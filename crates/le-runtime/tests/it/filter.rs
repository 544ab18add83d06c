//! Only keys of led buckets are reconciled, and nothing is left behind of the others.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use futures::FutureExt;
use k8s_openapi::api::core::v1::ConfigMap;
use kube::runtime::controller::Action;
use le_core::{Bucket, Division, NamespacedName, StopReason, Unopposed};
use le_runtime::{Options, Shard};
use le_testkit::{ApiServer, ByHand};
use tokio::time::{Instant, sleep, timeout};

use crate::support::{
    Cache, Journal, Operator, Refused, What, bucket_of, buckets, change, create, has, millis, names, object,
    promote, secs, settle,
};

#[tokio::test(start_paused = true)]
async fn a_key_that_is_not_led_is_shown_to_the_observer_once_and_not_requeued() {
    let (server, hand, journal) = (ApiServer::new(), ByHand::new(), Journal::new());
    create(&server, names(100)).await;
    let a = Operator::new(&server, "a", &journal).observing(secs(0)).start(&hand);
    sleep(secs(6 * 3600)).await;
    let mut observed = journal.all(What::Observed);
    observed.sort();
    let mut all: Vec<_> = names(100).collect();
    all.sort();
    assert_eq!(observed, all);
    assert!(journal.take().is_empty());
    a.stop().await;
}

#[tokio::test(start_paused = true)]
async fn an_observer_is_shown_what_is_led_elsewhere_and_nothing_that_is_led_here() {
    let (server, hand, journal) = (ApiServer::new(), ByHand::new(), Journal::new());
    let a = Operator::new(&server, "a", &journal).observing(secs(0)).start(&hand);
    let bucket = bucket_of("object-0");
    hand.promote(bucket.clone()).await.unwrap();
    create(&server, names(100)).await;
    settle().await;
    let (led, elsewhere): (Vec<_>, Vec<_>) = names(100).partition(|name| has(&bucket, name));
    assert_eq!((journal.all(What::Began), journal.all(What::Observed)), (led, elsewhere));
    a.stop().await;
}

#[tokio::test(start_paused = true)]
async fn whoever_leads_everything_observes_nothing() {
    let (server, journal) = (ApiServer::new(), Journal::new());
    create(&server, names(100)).await;
    let a = Operator::new(&server, "a", &journal).observing(secs(0)).start(&Unopposed);
    settle().await;
    assert!(journal.all(What::Observed).is_empty());
    assert_eq!(journal.all(What::Began).len(), 100);
    a.stop().await;
}

#[tokio::test(start_paused = true)]
async fn an_observer_is_dropped_at_a_stop() {
    let (server, hand, journal) = (ApiServer::new(), ByHand::new(), Journal::new());
    create(&server, ["one"]).await;
    let a = Operator::new(&server, "a", &journal).observing(secs(3600)).start(&hand);
    journal.until(What::Observed, "one").await;
    sleep(secs(10)).await;
    let stopped = journal.now();
    a.stop().await;
    assert_eq!(journal.first(What::Dropped, "one").unwrap().at, stopped);
    assert_eq!(journal.now(), stopped);
}

#[tokio::test(start_paused = true)]
async fn an_observer_gives_way_to_the_reconcile_of_its_key_and_not_to_others() {
    let (server, hand, journal) = (ApiServer::new(), ByHand::new(), Journal::new());
    create(&server, ["one"]).await;
    let a = Operator::new(&server, "a", &journal).observing(secs(3600)).start(&hand);
    journal.until(What::Observed, "one").await;
    let other = buckets().into_iter().find(|bucket| *bucket != bucket_of("one")).unwrap();
    hand.promote(other).await.unwrap();
    sleep(secs(10)).await;
    assert!(journal.first(What::Dropped, "one").is_none());

    let promoted = journal.now();
    hand.promote(bucket_of("one")).await.unwrap();
    journal.until(What::Began, "one").await;
    assert_eq!(journal.first(What::Dropped, "one").unwrap().at, promoted);
    assert!(journal.now() - promoted < millis(10));
    a.stop().await;
}

#[tokio::test(start_paused = true)]
async fn an_error_policy_is_asked_while_the_bucket_is_led_and_its_answer_counts() {
    let (server, hand, journal) = (ApiServer::new(), ByHand::new(), Journal::new());
    create(&server, ["one"]).await;
    let a = Operator::new(&server, "a", &journal)
        .habit(|_, _| async { Err(Refused) })
        .policy(Action::requeue(secs(60)))
        .start(&hand);
    hand.promote(bucket_of("one")).await.unwrap();
    sleep(secs(150)).await;
    assert_eq!(journal.all(What::Began).len(), 3);
    assert_eq!(journal.all(What::Failed).len(), 3);
    a.stop().await;
}

#[tokio::test(start_paused = true)]
async fn an_error_of_an_object_that_is_not_led_any_more_asks_no_policy_and_tries_nothing_again() {
    let (server, hand, journal) = (ApiServer::new(), ByHand::new(), Journal::new());
    create(&server, ["one"]).await;
    let a = Operator::new(&server, "a", &journal)
        .habit(|_, _| async {
            sleep(secs(2)).await;
            Err(Refused)
        })
        .policy(Action::requeue(secs(60)))
        .observing(secs(0))
        .start(&hand);
    settle().await;
    hand.promote(bucket_of("one")).await.unwrap();
    journal.until(What::Began, "one").await;
    hand.demote(bucket_of("one").name().as_str()).await;
    sleep(secs(3600)).await;
    assert_eq!(journal.all(What::Began).len(), 1);
    assert!(journal.all(What::Failed).is_empty());
    assert_eq!(journal.all(What::Observed).len(), 1, "before it was led, and never again");
    a.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_requeue_that_was_asked_for_while_led_reconciles_nothing_after_the_bucket_is_gone() {
    let (server, hand, journal) = (ApiServer::new(), ByHand::new(), Journal::new());
    create(&server, ["one"]).await;
    let a = Operator::new(&server, "a", &journal)
        .habit(|_, _| async { Ok(Action::requeue(secs(60))) })
        .start(&hand);
    let bucket = bucket_of("one");
    hand.promote(bucket.clone()).await.unwrap();
    sleep(secs(90)).await;
    assert_eq!(journal.take()["one"], 2);
    hand.demote(bucket.name().as_str()).await;
    sleep(secs(6 * 3600)).await;
    assert!(journal.take().is_empty());
    hand.promote(bucket).await.unwrap();
    sleep(secs(90)).await;
    assert_eq!(journal.take()["one"], 2, "it is asked for anew by who leads now");
    a.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_right_that_ran_out_by_the_clock_lets_nothing_through_though_nobody_told() {
    let (server, hand, journal) = (ApiServer::new(), ByHand::new(), Journal::new());
    create(&server, ["one"]).await;
    let a = Operator::new(&server, "a", &journal).start(&hand);
    let bucket = bucket_of("one");
    hand.promote(bucket.clone()).await.unwrap();
    settle().await;
    assert!(a.shard.leads(&object("one")));
    hand.expire_in(bucket.name().as_str(), secs(5));
    sleep(secs(4)).await;
    change(&server, "one", 1).await;
    settle().await;
    assert_eq!(journal.take()["one"], 2);
    sleep(secs(1)).await;
    assert!(!a.shard.leads(&object("one")));
    change(&server, "one", 2).await;
    settle().await;
    assert!(journal.take().is_empty());
    assert_eq!(a.reports().len(), 1, "it did not even begin: {:?}", a.reports());
    timeout(millis(1), hand.lose(bucket.name().as_str())).await.expect("nothing is in hand");
    a.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_skipped_key_awaits_its_change() {
    let (shard, _keys) = Shard::new(Cache::filled(["one"]).store, (), Options::default());
    let mut reconcile = shard.reconciler(|_, _: Arc<()>, _| async { Err::<Action, _>(Refused) });
    let skipped = reconcile(Arc::new(object("one")), Arc::new(())).now_or_never();
    assert_eq!(skipped.expect("it takes no time").unwrap(), Action::await_change());

    let asked = AtomicUsize::new(0);
    let policy = shard.error_policy(|_, _: &Refused, _: Arc<()>| {
        asked.fetch_add(1, Ordering::Relaxed);
        Action::requeue(secs(1))
    });
    assert_eq!(policy(Arc::new(object("one")), &Refused, Arc::new(())), Action::await_change());
    assert_eq!(asked.load(Ordering::Relaxed), 0);
    let term = promote(&shard, &Bucket::whole("all"), None).await;
    assert_eq!(policy(Arc::new(object("one")), &Refused, Arc::new(())), Action::requeue(secs(1)));
    term.end(StopReason::Replaced);
    assert_eq!(policy(Arc::new(object("one")), &Refused, Arc::new(())), Action::await_change());
}

#[tokio::test(start_paused = true)]
async fn an_observer_of_a_shard_sees_what_is_not_led_and_nothing_else() {
    let (shard, _keys) = Shard::new(Cache::filled(["one"]).store, (), Options::default());
    let (reconciled, observed) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let mut reconcile = shard.reconciler_and_observer(
        |_, _: Arc<()>, _| {
            reconciled.fetch_add(1, Ordering::Relaxed);
            async { Ok::<_, Refused>(Action::requeue(secs(1))) }
        },
        |_| {
            observed.fetch_add(1, Ordering::Relaxed);
            sleep(secs(1))
        },
    );
    let begin = Instant::now();
    let seen = reconcile(Arc::new(object("one")), Arc::new(())).await;
    assert_eq!((seen.unwrap(), begin.elapsed()), (Action::await_change(), secs(1)));
    let term = promote(&shard, &Bucket::whole("all"), None).await;
    let done = reconcile(Arc::new(object("one")), Arc::new(())).await;
    assert_eq!(done.unwrap(), Action::requeue(secs(1)));
    term.end(StopReason::Replaced);
    assert_eq!((reconciled.load(Ordering::Relaxed), observed.load(Ordering::Relaxed)), (1, 1));
}

/// Divides keys by the number at the end of their names, and counts how often it is asked.
#[derive(Debug, Default)]
struct Counting(AtomicUsize);

impl Division for Counting {
    fn part(&self, key: &NamespacedName<'_>) -> usize {
        self.0.fetch_add(1, Ordering::Relaxed);
        key.name().rsplit('-').next().unwrap().parse().unwrap()
    }
}

#[tokio::test(start_paused = true)]
async fn a_key_is_let_through_or_skipped_with_one_hash_however_many_buckets_are_led() {
    let (shard, _keys) = Shard::new(Cache::filled(names(0)).store, (), Options::default());
    let division = Arc::new(Counting::default());
    let mut terms = Vec::new();
    for part in 0..50 {
        let bucket = Bucket::part(format!("part-{part}"), Arc::clone(&division) as _, part);
        terms.push(promote(&shard, &bucket, None).await);
    }
    let mut reconcile = shard
        .reconciler(|_: Arc<ConfigMap>, _: Arc<()>, _| async { Ok::<_, Refused>(Action::await_change()) });
    let hashes = |ask: &mut dyn FnMut()| {
        let before = division.0.load(Ordering::Relaxed);
        ask();
        division.0.load(Ordering::Relaxed) - before
    };
    let (led, elsewhere) = (Arc::new(object("object-7")), Arc::new(object("object-50")));
    assert_eq!(hashes(&mut || assert!(shard.leads(&led))), 1);
    assert_eq!(hashes(&mut || assert!(!shard.leads(&elsewhere))), 1);
    for object in [led, elsewhere] {
        let mut call = || drop(reconcile(Arc::clone(&object), Arc::new(())));
        assert_eq!(hashes(&mut call), 1);
    }
}
