//! Many objects.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use futures::StreamExt;
use k8s_openapi::api::core::v1::ConfigMap;
use kube::ResourceExt;
use kube::runtime::applier;
use kube::runtime::controller::{Action, Config};
use le_runtime::{Options, Shard};
use tokio_util::sync::CancellationToken;

use crate::support::{Cache, Refused, buckets, names, of_bucket, promote, settle};

#[tokio::test(start_paused = true)]
async fn of_a_hundred_thousand_objects_a_promotion_reconciles_those_of_its_bucket_once_each() {
    let count = 100_000;
    let cache = Cache::filled(names(count));
    let (shard, keys) = Shard::new(cache.store.clone(), (), Options::default());
    let seen: Arc<Mutex<BTreeMap<String, usize>>> = Arc::default();
    let counts = Arc::clone(&seen);
    let reconcile = shard.reconciler(move |object: Arc<ConfigMap>, _: Arc<()>, _| {
        *counts.lock().unwrap().entry(object.name_any()).or_default() += 1;
        std::future::ready(Ok::<_, Refused>(Action::await_change()))
    });
    let error_policy = shard.error_policy(|_, _: &Refused, _| Action::await_change());
    let results = applier(
        reconcile,
        error_policy,
        Arc::new(()),
        cache.store,
        keys.map(Ok::<_, Refused>),
        Config::default(),
    );
    let stop = CancellationToken::new();
    let running = tokio::spawn(results.take_until(stop.clone().cancelled_owned()).count());
    settle().await;
    let bucket = buckets().remove(3);
    let _term = promote(&shard, &bucket, Some(shard.enqueue())).await;
    settle().await;
    let keys = of_bucket(&bucket, count);
    assert!((8_000..12_000).contains(&keys.len()), "{}", keys.len());
    assert_eq!(*seen.lock().unwrap(), keys);
    stop.cancel();
    assert_eq!(running.await.unwrap(), keys.len());
}
