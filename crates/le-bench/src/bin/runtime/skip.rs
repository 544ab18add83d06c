//! A key that is not led here, beside an empty reconcile.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures::channel::mpsc::{UnboundedSender, unbounded};
use futures::{FutureExt, Stream, StreamExt};
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
const TURNS: usize = 500;
const WARM_UP: usize = 50;

/// Measures with the clock of `start`; `how` says what the process is like.
pub(crate) async fn row(how: &str, start: fn() -> Stopwatch) -> anyhow::Result<Row> {
    let led: Vec<Bucket> = ten_buckets()?.into_iter().take(LED).collect();
    let is_elsewhere = |object: &ConfigMap| !led.iter().any(|bucket| bucket.has(&key_of(object)));
    let server = ApiServer::new();
    server.fill(objects(3 * OBJECTS).filter(is_elsewhere).take(OBJECTS));
    let mut lane = Lane::new(server.client("operator"), led, start).await?;

    let mut turns = Turns::default();
    for turn in 0..WARM_UP + TURNS {
        // Who goes first changes, so that what the first leaves in the caches helps both.
        let first_is_ours = turn % 2 == 0;
        let first = lane.turn(first_is_ours).await;
        let second = lane.turn(!first_is_ours).await;
        let (ours, other) = if first_is_ours { (first, second) } else { (second, first) };
        if turn >= WARM_UP {
            turns.note(ours, other);
        }
    }
    let per_key = |time: Duration| format!("{:.0} ns/key", time.as_secs_f64() / OBJECTS as f64 * 1e9);
    Ok(Row::new(
        format!("a key that is not led ({LED} of ten buckets are), beside an empty reconcile: {how}"),
        per_key(turns.ours()),
        per_key(turns.other()),
        turns.ratio(),
        Target::AtMost(1.02),
    ))
}

/// A controller whose every object can be put into its queue at once, and whose reconcile function is ours or an empty one. It is
/// one controller for both, since two of them differ by where their memory happens to lie.
struct Lane {
    is_ours: Arc<AtomicBool>,
    ring: UnboundedSender<()>,
    results: Pin<Box<dyn Stream<Item = ()>>>,
    start: fn() -> Stopwatch,
    /// Dropped, they would end.
    _terms: Vec<Term>,
}

impl Lane {
    /// Leads some buckets, of which no object is there.
    async fn new(client: Client, led: Vec<Bucket>, start: fn() -> Stopwatch) -> anyhow::Result<Self> {
        let (ring, rings) = unbounded();
        let objects = Api::namespaced(client, NAMESPACE);
        let controller = Controller::new(objects, watcher::Config::default()).reconcile_all_on(rings);

        let (shard, _keys) = Shard::new(controller.store(), (), Options::default());
        let terms: Vec<Term> = led.into_iter().map(term).collect();
        for term in &terms {
            shard.promote(term.leadership(), None).await?;
        }
        let mut ours = shard.reconciler(|object, context, _| empty(object, context));
        let is_ours = Arc::new(AtomicBool::new(false));
        let asked = Arc::clone(&is_ours);
        let reconcile = move |object, context| match asked.load(Ordering::Relaxed) {
            true => ours(object, context).left_future(),
            false => empty(object, context).right_future(),
        };
        let results = controller.run(reconcile, |_, error, _| match *error {}, Arc::new(()));
        Ok(Self { is_ours, ring, results: Box::pin(results.map(drop)), start, _terms: terms })
    }

    /// Puts every object into the queue, and measures the time until each has been dealt with.
    async fn turn(&mut self, is_ours: bool) -> Duration {
        self.is_ours.store(is_ours, Ordering::Relaxed);
        let watch = (self.start)();
        let _ = self.ring.unbounded_send(());
        for _ in 0..OBJECTS {
            self.results.next().await;
        }
        watch.elapsed()
    }
}

async fn empty(_: Arc<ConfigMap>, _: Arc<()>) -> Result<Action, Infallible> {
    Ok(Action::await_change())
}
