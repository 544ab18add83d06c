//! A key that is not led here, beside an empty reconcile.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures::channel::mpsc::{UnboundedSender, unbounded};
use futures::{FutureExt, Stream, StreamExt};
use k8s_openapi::api::core::v1::ConfigMap;
use kube::Api;
use kube::runtime::controller::Action;
use kube::runtime::{Controller, watcher};
use le_bench::{Row, Stopwatch, Target, Turns};
use le_core::{Bucket, LeaderAware, Term};
use le_runtime::{Options, Shard};

use super::objects::{NAMESPACE, key_of, objects, ten_buckets, term};
use super::server::Server;

const OBJECTS: usize = 1_000;
/// Of ten buckets.
const LED: usize = 5;
const WARM_UP: usize = 20;

pub(crate) async fn rows() -> anyhow::Result<Vec<Row>> {
    let led: Vec<Bucket> = ten_buckets()?.into_iter().take(LED).collect();
    let is_elsewhere = |object: &ConfigMap| !led.iter().any(|bucket| bucket.has(&key_of(object)));
    let server = Server::start(objects(3 * OBJECTS).filter(is_elsewhere).take(OBJECTS).collect())?;
    let mut lane = Lane::new(server, led).await?;
    // The first list has put every key into the queue.
    lane.results(OBJECTS).await;
    Ok(vec![lane.row(Why::Change, 300).await?, lane.row(Why::Ring, 1000).await?])
}

/// Why keys come into the queue.
#[derive(Clone, Copy)]
enum Why {
    /// The objects change, and the watch brings them.
    Change,
    /// All are asked for at once, and lie cold in the cache of the processor.
    Ring,
}

/// A controller whose every object can be put into its queue at once, and whose reconcile function is ours or an empty one. It is
/// one controller for both, since two of them differ by where their memory happens to lie.
struct Lane {
    server: Server,
    is_ours: Arc<AtomicBool>,
    ring: UnboundedSender<()>,
    results: Pin<Box<dyn Stream<Item = ()>>>,
    /// Dropped, they would end.
    _terms: Vec<Term>,
}

impl Lane {
    /// Leads some buckets, of which no object is there.
    async fn new(server: Server, led: Vec<Bucket>) -> anyhow::Result<Self> {
        let (ring, rings) = unbounded();
        let objects = Api::namespaced(server.client()?, NAMESPACE);
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
        Ok(Self { server, is_ours, ring, results: Box::pin(results.map(drop)), _terms: terms })
    }

    async fn row(&mut self, why: Why, count: usize) -> anyhow::Result<Row> {
        let mut turns = Turns::default();
        for turn in 0..WARM_UP + count {
            // Who goes first changes, so that what the first leaves in the caches helps both.
            let first_is_ours = turn % 2 == 0;
            let first = self.turn(why, 2 * turn, first_is_ours).await?;
            let second = self.turn(why, 2 * turn + 1, !first_is_ours).await?;
            let (ours, other) = if first_is_ours { (first, second) } else { (second, first) };
            if turn >= WARM_UP {
                turns.note(ours, other);
            }
        }
        let per_key = |time: Duration| format!("{:.0} ns/key", time.as_secs_f64() / OBJECTS as f64 * 1e9);
        let why = match why {
            Why::Change => "changed objects, by the watch",
            Why::Ring => "all objects, cold",
        };
        Ok(Row::new(
            format!("skipping a key ({LED} of ten buckets led), beside an empty reconcile: {why}"),
            per_key(turns.ours()),
            per_key(turns.other()),
            turns.ratio(),
            Target::AtMost(1.02),
        ))
    }

    /// Has every key come into the queue, and measures the time that this thread works until each has been dealt with.
    async fn turn(&mut self, why: Why, turn: usize, is_ours: bool) -> anyhow::Result<Duration> {
        self.is_ours.store(is_ours, Ordering::Relaxed);
        let watch = Stopwatch::of_thread();
        match why {
            Why::Change => self.server.change_all(turn)?,
            Why::Ring => self.ring.unbounded_send(())?,
        }
        self.results(OBJECTS).await;
        Ok(watch.elapsed())
    }

    async fn results(&mut self, count: usize) {
        for _ in 0..count {
            self.results.next().await;
        }
    }
}

async fn empty(_: Arc<ConfigMap>, _: Arc<()>) -> Result<Action, Infallible> {
    Ok(Action::await_change())
}
