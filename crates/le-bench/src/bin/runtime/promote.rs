//! The promotion of a bucket with many keys, beside kube-runtime's own way to enqueue a whole cache.

use anyhow::Context as _;
use futures::channel::mpsc::unbounded;
use futures::{FutureExt, StreamExt};
use k8s_openapi::api::core::v1::ConfigMap;
use kube::runtime::reflector::ObjectRef;
use le_bench::{Row, Stopwatch, Target, Turns};
use le_core::LeaderAware;
use le_runtime::{Options, Shard};

use super::objects::{filled, key_of, objects, ten_buckets, term};

const KEYS: usize = 10_000;
const TURNS: usize = 100;
/// How many keys it should look at in a second.
const LEAST: f64 = 1e6;

pub(crate) async fn rows() -> anyhow::Result<Vec<Row>> {
    let bucket = ten_buckets()?.remove(3);
    let mut rows = Vec::new();
    for (what, others) in [("all of the cache", false), ("a tenth of the cache", true)] {
        let of_bucket = objects(12 * KEYS).filter(|object| bucket.has(&key_of(object))).take(KEYS);
        let writer = match others {
            false => filled(of_bucket),
            true => {
                let mut objects: Vec<ConfigMap> = of_bucket.collect();
                objects.extend(
                    self::objects(12 * KEYS).filter(|object| !bucket.has(&key_of(object))).take(9 * KEYS),
                );
                filled(objects.into_iter())
            }
        };
        let store = writer.as_reader();
        let (shard, mut keys) = Shard::new(store.clone(), (), Options::default());
        let mut turns = Turns::default();
        for _ in 0..TURNS {
            let term = term(bucket.clone());
            let begin = Stopwatch::of_thread();
            shard.promote(term.leadership(), Some(shard.enqueue())).await?;
            let mut taken = 0;
            while keys.next().now_or_never().is_some() {
                taken += 1;
            }
            let ours = begin.elapsed();
            anyhow::ensure!(taken == KEYS, "{taken} keys were enqueued");
            shard.demote(&bucket).await;

            // What `Controller::reconcile_all_on` does with a ring.
            let watch = Stopwatch::of_thread();
            let (sender, mut receiver) = unbounded();
            for object in store.state() {
                sender.unbounded_send(ObjectRef::from_obj(&*object)).context("the channel is open")?;
            }
            drop(sender);
            while receiver.next().await.is_some() {}
            turns.note(ours, watch.elapsed());
        }
        let looked_at = if others { 10 * KEYS } else { KEYS } as f64;
        let rate = looked_at / turns.ours().as_secs_f64();
        rows.push(Row::new(
            format!(
                "promotion of a bucket with {KEYS} keys, {what}: keys looked at, beside 1,000,000 a second"
            ),
            format!("{:.2} M keys/s", rate / 1e6),
            format!("{:.2} M keys/s", LEAST / 1e6),
            rate / LEAST,
            Target::AtLeast(1.0),
        ));
        rows.push(Row::of_times(
            format!("the same, {what}, beside kube-runtime enqueuing all of the cache"),
            turns.ours(),
            turns.other(),
            Target::AtMost(if others { 1.25 } else { 2.5 }),
        ));
    }
    Ok(rows)
}
