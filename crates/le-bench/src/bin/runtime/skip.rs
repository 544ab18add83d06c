//! A key that is not led here, beside an empty reconcile.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use futures::channel::mpsc::{UnboundedSender, unbounded};
use futures::{Stream, StreamExt};
use k8s_openapi::api::core::v1::ConfigMap;
use kube::runtime::controller::Action;
use kube::runtime::{Controller, watcher};
use kube::{Api, Client};
use le_bench::{Row, Stopwatch, Target, Turns};
use le_core::{Bucket, LeaderAware, Term};
use le_runtime::{Options, Shard};
use le_testkit::ApiServer;

use super::objects::{NAMESPACE, key_of, objects, ten_buckets, term};

const OBJECTS: usize = 2_000;
/// Of ten buckets.
const LED: usize = 5;
const TURNS: usize = 400;
const WARM_UP: usize = 40;

/// A controller whose every object can be put into its queue at once.
struct Lane {
    ring: UnboundedSender<()>,
    results: Pin<Box<dyn Stream<Item = ()>>>,
    /// Dropped, they would end.
    _terms: Vec<Term>,
}

pub(crate) async fn rows() -> anyhow::Result<Vec<Row>> {
    let led: Vec<Bucket> = ten_buckets()?.into_iter().take(LED).collect();
    let server = ApiServer::new();
    server.fill(
        objects(3 * OBJECTS)
            .filter(|object| !led.iter().any(|bucket| bucket.has(&key_of(object))))
            .take(OBJECTS),
    );
    let mut plain = plain(server.client("plain"));
    let mut skipping = skipping(server.client("skipping"), led).await?;
    let mut turns = Turns::default();
    for turn in 0..WARM_UP + TURNS {
        // Who goes first changes, so that what the first leaves in the caches helps both.
        let (ours, other) = if turn % 2 == 0 {
            let ours = skipping.round().await;
            (ours, plain.round().await)
        } else {
            let other = plain.round().await;
            (skipping.round().await, other)
        };
        if turn >= WARM_UP {
            turns.note(ours, other);
        }
    }
    let per_key = |time: Duration| format!("{:.0} ns/key", time.as_secs_f64() / OBJECTS as f64 * 1e9);
    Ok(vec![Row::new(
        format!("a key that is not led ({LED} of ten buckets are), beside an empty reconcile"),
        per_key(turns.ours()),
        per_key(turns.other()),
        turns.ratio(),
        Target::AtMost(1.02),
    )])
}

fn controller(client: Client) -> (UnboundedSender<()>, Controller<ConfigMap>) {
    let (ring, rings) = unbounded();
    let objects = Api::namespaced(client, NAMESPACE);
    (ring, Controller::new(objects, watcher::Config::default()).reconcile_all_on(rings))
}

fn plain(client: Client) -> Lane {
    let (ring, controller) = controller(client);
    let results = controller.run(empty, |_, error, _| match *error {}, Arc::new(()));
    Lane { ring, results: Box::pin(results.map(drop)), _terms: Vec::new() }
}

async fn empty(_: Arc<ConfigMap>, _: Arc<()>) -> Result<Action, Infallible> {
    Ok(Action::await_change())
}

/// Leads some buckets, of which no object is there.
async fn skipping(client: Client, led: Vec<Bucket>) -> anyhow::Result<Lane> {
    let (ring, controller) = controller(client);
    let (shard, _keys) = Shard::new(controller.store(), (), Options::default());
    let terms: Vec<Term> = led.into_iter().map(term).collect();
    for term in &terms {
        shard.promote(term.leadership(), None).await?;
    }
    let reconcile = shard
        .reconciler(|_: Arc<ConfigMap>, _: Arc<()>, _| async { Ok::<_, Infallible>(Action::await_change()) });
    let results = controller.run(reconcile, shard.error_policy(|_, error, _| match *error {}), Arc::new(()));
    Ok(Lane { ring, results: Box::pin(results.map(drop)), _terms: terms })
}

impl Lane {
    /// Puts every object into the queue, and measures the time until each has been dealt with.
    async fn round(&mut self) -> Duration {
        let begin = Stopwatch::start();
        let _ = self.ring.unbounded_send(());
        for _ in 0..OBJECTS {
            self.results.next().await;
        }
        begin.elapsed()
    }
}
