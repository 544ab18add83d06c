//! Promotion puts the keys of its bucket into the queue, once.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use futures::{FutureExt, StreamExt};
use le_core::{Bucket, Enqueue, LeaderAware, Unopposed};
use le_runtime::{Options, Report, Shard};
use le_testkit::{ApiServer, ByHand, Verb};
use tokio::time::{Instant, sleep, timeout};

use crate::support::{
    Cache, Journal, Operator, What, bucket_of, buckets, change, create, has, lease_builder, millis, names,
    number, object, of_bucket, promote, secs, settle,
};

#[tokio::test(start_paused = true)]
async fn a_promotion_enqueues_exactly_the_keys_of_its_bucket_once_each() {
    let (server, hand, journal) = (ApiServer::new(), ByHand::new(), Journal::new());
    create(&server, names(1000)).await;
    let a = Operator::new(&server, "a", &journal).start(&hand);
    settle().await;
    assert!(journal.take().is_empty(), "nothing is reconciled before it is led");

    for bucket in buckets() {
        hand.promote(bucket.clone()).await.unwrap();
        settle().await;
        let keys = of_bucket(&bucket, 1000);
        assert_eq!(journal.take(), keys, "and those of the buckets that are led already are left alone");
        let last = a.reports().pop();
        assert!(
            matches!(&last, Some(Report::Resynced { bucket: of, keys: count, .. })
                if of == bucket.name() && *count == keys.len()),
            "{last:?}"
        );
    }
    assert_eq!(a.reports().len(), 10);
    a.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_promotion_in_the_moment_in_which_the_cache_is_filled_enqueues_no_key_twice() {
    let (server, hand, journal) = (ApiServer::new(), ByHand::new(), Journal::new());
    create(&server, names(1000)).await;
    let a = Operator::new(&server, "a", &journal).start(&hand);
    // It waits until the elector runs, which is when the cache is filled.
    let bucket = buckets().remove(3);
    hand.promote(bucket.clone()).await.unwrap();
    assert!(
        journal.now() < millis(10),
        "the elector begins as soon as the cache is filled: {:?}",
        journal.now()
    );
    settle().await;
    assert_eq!(journal.take(), of_bucket(&bucket, 1000));
    a.stop().await;
}

#[tokio::test(start_paused = true)]
async fn who_leads_from_the_start_reconciles_each_object_once() {
    let (server, journal) = (ApiServer::new(), Journal::new());
    create(&server, names(1000)).await;
    let a = Operator::new(&server, "a", &journal).observing(secs(0)).start(&Unopposed);
    settle().await;
    let once: BTreeMap<_, _> = names(1000).map(|name| (name, 1)).collect();
    assert_eq!(journal.take(), once);
    assert!(journal.all(What::Observed).is_empty(), "it leads before the first key is taken");
    assert!(a.reports().is_empty(), "nothing had to be made up for");
    a.stop().await;
}

#[tokio::test(start_paused = true)]
async fn whoever_is_promoted_again_catches_up_again() {
    let (server, hand, journal) = (ApiServer::new(), ByHand::new(), Journal::new());
    create(&server, names(100)).await;
    let a = Operator::new(&server, "a", &journal).start(&hand);
    let bucket = bucket_of("object-0");
    for _ in 0..3 {
        hand.promote(bucket.clone()).await.unwrap();
        settle().await;
        assert_eq!(journal.take(), of_bucket(&bucket, 100));
        hand.demote(bucket.name().as_str()).await;
    }
    a.stop().await;
}

#[tokio::test(start_paused = true)]
async fn what_changed_while_nobody_led_is_seen_by_the_next_leader_and_what_changes_then_too() {
    let (server, hand, journal) = (ApiServer::new(), ByHand::new(), Journal::new());
    create(&server, ["one"]).await;
    let numbers = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&numbers);
    let a = Operator::new(&server, "a", &journal)
        .habit(move |object, _| {
            seen.lock().unwrap().push(number(&object));
            std::future::ready(Ok(kube::runtime::controller::Action::await_change()))
        })
        .start(&hand);
    settle().await;
    change(&server, "one", 1).await;
    settle().await;
    let bucket = bucket_of("one");
    // The change and the promotion meet, in whatever order they are carried out.
    for step in [2, 4, 6] {
        let (promoted, ()) = tokio::join!(hand.promote(bucket.clone()), change(&server, "one", step));
        promoted.unwrap();
        settle().await;
        assert_eq!(numbers.lock().unwrap().last(), Some(&step));
        tokio::join!(change(&server, "one", step + 1), hand.demote(bucket.name().as_str()));
        settle().await;
    }
    a.stop().await;
}

#[tokio::test(start_paused = true)]
async fn nobody_competes_before_the_cache_is_filled() {
    let (server, journal) = (ApiServer::new(), Journal::new());
    create(&server, names(100)).await;
    server.faults().rule().client("a").verb(Verb::List).kind("ConfigMap").delay(secs(100));
    let a = Operator::new(&server, "a", &journal).start(&lease_builder(&server, "a", 1));
    sleep(secs(99)).await;
    assert_eq!(server.log().count(|request| request.kind() == "Lease"), 0);
    sleep(secs(2)).await;
    let once: BTreeMap<_, _> = names(100).map(|name| (name, 1)).collect();
    assert_eq!(journal.take(), once);
    a.stop().await;
}

#[tokio::test(start_paused = true)]
async fn who_leads_from_the_start_waits_for_the_cache_and_reconciles_each_object_once() {
    let (server, journal) = (ApiServer::new(), Journal::new());
    create(&server, names(100)).await;
    server.faults().rule().client("a").verb(Verb::List).kind("ConfigMap").delay(secs(100));
    let a = Operator::new(&server, "a", &journal).start(&Unopposed);
    settle().await;
    assert!(a.shard.leads(&object("object-0")), "nobody has to be asked");
    sleep(secs(100)).await;
    let once: BTreeMap<_, _> = names(100).map(|name| (name, 1)).collect();
    assert_eq!(journal.take(), once);
    a.stop().await;
}

#[tokio::test(start_paused = true)]
async fn an_elector_begins_at_once_even_if_nobody_says_that_the_cache_is_filled() {
    let (server, hand, journal) = (ApiServer::new(), ByHand::new(), Journal::new());
    server.faults().rule().client("a").verb(Verb::List).kind("ConfigMap").times(1).delay(secs(45));
    let mut store = None;
    let a = Operator::new(&server, "a", &journal)
        .controller(|controller| {
            store = Some(controller.store());
            controller
        })
        .start(&hand);
    // Somebody else asks the store, and takes away the one waker that it has.
    let store = store.unwrap();
    let ask = async {
        sleep(secs(10)).await;
        store.wait_until_ready().await.unwrap();
    };
    assert!(timeout(secs(50), ask).await.is_ok());
    timeout(secs(2), hand.promote(bucket_of("one"))).await.expect("it runs").unwrap();
    a.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_cache_that_is_not_filled_gives_no_keys_to_a_promotion() {
    let mut cache = Cache::new();
    let (shard, mut keys) = Shard::new(cache.store.clone(), (), Options::default());
    let bucket = Bucket::whole("all");
    let term = promote(&shard, &bucket, Some(shard.enqueue())).await;
    assert!(keys.next().now_or_never().is_none());
    drop(term);
    shard.demote(&bucket).await;
    cache.fill(names(10));
    let _term = promote(&shard, &bucket, Some(shard.enqueue())).await;
    assert_eq!(drain(&mut keys).len(), 10);
}

#[tokio::test(start_paused = true)]
async fn a_key_that_is_enqueued_is_led_already() {
    let (shard, _keys) = Shard::new(Cache::filled(names(10)).store, (), Options::default());
    let (asked, count) = (shard.clone(), Arc::new(AtomicUsize::new(0)));
    let counted = Arc::clone(&count);
    let enqueue = Enqueue::new(move |_, key| {
        assert!(asked.leads(&object(key.name())), "{key}");
        counted.fetch_add(1, Ordering::Relaxed);
    });
    let _term = promote(&shard, &Bucket::whole("all"), Some(enqueue)).await;
    assert_eq!(count.load(Ordering::Relaxed), 10);
}

#[tokio::test(start_paused = true)]
async fn a_promotion_without_a_queue_makes_up_for_nothing_the_first_time_and_for_all_later() {
    let (shard, mut keys) = Shard::new(Cache::filled(names(100)).store, (), Options::default());
    for bucket in [Bucket::whole("all"), bucket_of("object-0")] {
        for (term, count) in [(0, 0), (1, of_bucket_or_all(&bucket)), (2, of_bucket_or_all(&bucket))] {
            let held = promote(&shard, &bucket, None).await;
            assert_eq!(drain(&mut keys).len(), count, "{bucket} in term {term}");
            drop(held);
            shard.demote(&bucket).await;
        }
    }
}

fn of_bucket_or_all(bucket: &Bucket) -> usize {
    names(100).filter(|name| has(bucket, name)).count()
}

fn drain(keys: &mut le_runtime::Keys<k8s_openapi::api::core::v1::ConfigMap>) -> Vec<String> {
    std::iter::from_fn(|| keys.next().now_or_never()?).map(|key| key.name).collect()
}

#[tokio::test(start_paused = true)]
async fn a_key_that_waits_in_the_queue_is_not_taken_in_again() {
    let (shard, mut keys) = Shard::new(Cache::filled(names(10)).store, (), Options::default());
    for _ in 0..5 {
        let bucket = Bucket::whole("all");
        let _term = promote(&shard, &bucket, Some(shard.enqueue())).await;
        shard.demote(&bucket).await;
    }
    assert_eq!(format!("{keys:?}"), r#"Keys { waiting: 0, promoted: [Bucket("all")] }"#);
    let first = keys.next().now_or_never().flatten().unwrap();
    assert_eq!(
        (first.namespace.as_deref(), format!("{keys:?}").as_str()),
        (Some("default"), "Keys { waiting: 9, promoted: [] }")
    );
    // What was handed out may be enqueued again, while the rest of what was taken out with it still waits.
    let _term = promote(&shard, &Bucket::whole("all"), Some(shard.enqueue())).await;
    let rest = drain(&mut keys);
    assert!(rest.contains(&first.name));
    assert_eq!(rest.iter().collect::<BTreeSet<_>>().len(), 10);
}

#[tokio::test(start_paused = true)]
async fn whoever_waits_for_a_key_is_woken_by_a_promotion() {
    let (shard, mut keys) = Shard::new(Cache::filled(["one"]).store, (), Options::default());
    let start = Instant::now();
    let waiting = tokio::spawn(async move { keys.next().await.unwrap() });
    sleep(secs(5)).await;
    let _term = promote(&shard, &Bucket::whole("all"), Some(shard.enqueue())).await;
    assert_eq!(waiting.await.unwrap().name, "one");
    assert_eq!(start.elapsed(), secs(5));
}
