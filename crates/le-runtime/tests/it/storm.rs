//! Buckets that move all the time while the queues are full: no key is lost, and none is worked on without the right.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures::future::join_all;
use k8s_openapi::api::core::v1::ConfigMap;
use kube::ResourceExt;
use kube::runtime::controller::{Action, Config};
use le_core::{Bucket, LeaderAware, Leadership, StopReason};
use le_runtime::{Options, Shard};
use le_testkit::{ApiServer, ByHand};
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;

use crate::support::{
    Cache, Journal, Operator, Refused, Replica, bucket_of, buckets, change, create, has, lease_builder,
    millis, names, number, object, promote, secs,
};

/// Numbers by chance, the same for each seed. A test that fails says the seed.
struct Chance {
    seed: u64,
    state: u64,
}

impl Chance {
    fn new(seed: u64) -> Self {
        Self { seed, state: seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1 }
    }

    fn below(&mut self, limit: u64) -> u64 {
        self.state ^= self.state << 13;
        self.state ^= self.state >> 7;
        self.state ^= self.state << 17;
        self.state % limit
    }
}

impl Drop for Chance {
    #[expect(clippy::print_stderr, reason = "a test that fails tells its seed")]
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("the seed was {}", self.seed);
        }
    }
}

/// What was done to each object: the last number that was worked off, and in which term.
#[derive(Clone, Default)]
struct Work {
    done: Arc<Mutex<BTreeMap<String, (u64, u64)>>>,
    /// The latest term of each bucket in which anything was done.
    terms: Arc<Mutex<BTreeMap<String, u64>>>,
}

impl Work {
    /// Does something that only the leader may do, and the latest one at that.
    fn act(&self, leadership: &Leadership) {
        assert!(leadership.is_valid(), "acts without the right");
        let (mut terms, token) = (self.terms.lock().unwrap(), leadership.token().get());
        let last = terms.entry(leadership.bucket().name().to_string()).or_default();
        assert!(*last <= token, "acts in term {token}, after one has acted in {last}");
        *last = token;
    }

    /// A reconcile of some steps, between which it waits.
    fn habit(
        &self,
        steps: u64,
        pause: Duration,
    ) -> impl Fn(Arc<ConfigMap>, Leadership) -> futures::future::BoxFuture<'static, Result<Action, Refused>>
    + Send
    + Sync
    + 'static {
        let work = self.clone();
        move |object, leadership| {
            let work = work.clone();
            Box::pin(async move {
                for _ in 0..steps {
                    work.act(&leadership);
                    sleep(pause).await;
                }
                work.act(&leadership);
                let done = (number(&object), leadership.token().get());
                work.done.lock().unwrap().insert(object.name_any(), done);
                Ok(Action::await_change())
            })
        }
    }

    /// Makes sure that each object was worked off in its last state, in the present term of its bucket.
    fn check(&self, newest: &BTreeMap<String, u64>, terms: impl Fn(&str) -> u64) {
        let done = self.done.lock().unwrap();
        for (object, number) in newest {
            assert_eq!(done.get(object), Some(&(*number, terms(object))), "{object}");
        }
    }
}

/// Changes objects by chance until it has done so a number of times, and returns the number that each has then.
async fn meddle(
    server: &ApiServer,
    chance: &mut Chance,
    objects: u64,
    times: u64,
    pause: u64,
) -> BTreeMap<String, u64> {
    let mut newest: BTreeMap<_, _> = names(usize::try_from(objects).unwrap()).map(|name| (name, 0)).collect();
    for number in 1..=times {
        let name = format!("object-{}", chance.below(objects));
        change(server, &name, number).await;
        newest.insert(name, number);
        sleep(millis(chance.below(pause))).await;
    }
    newest
}

/// Moves a bucket from replica to replica, in all the ways in which it can go.
async fn wander(bucket: &Bucket, hands: &[ByHand], chance: &mut Chance, turns: u64, pause: u64) {
    let name = bucket.name().as_str();
    let mut at = 0;
    hands[at].promote(bucket.clone()).await.unwrap();
    for _ in 0..turns {
        sleep(millis(chance.below(pause))).await;
        let to = usize::try_from(chance.below(hands.len() as u64)).unwrap();
        match chance.below(4) {
            0 if to != at => hands[at].hand_over(name, &hands[to]).await.unwrap(),
            1 if to != at => {
                // The one that has lost it finds out later than the other one begins.
                hands[at].expire(name);
                hands[to].promote(bucket.clone()).await.unwrap();
                sleep(millis(chance.below(pause))).await;
                hands[at].lose(name).await;
            }
            2 => {
                hands[at].lose_because(name, StopReason::Replaced).await;
                hands[to].promote(bucket.clone()).await.unwrap();
            }
            _ => {
                hands[at].demote(name).await;
                hands[to].promote(bucket.clone()).await.unwrap();
            }
        }
        at = to;
    }
}

async fn stop_all(replicas: Vec<Replica>) {
    for replica in replicas {
        replica.stop().await;
    }
}

#[tokio::test(start_paused = true)]
async fn no_key_is_lost_while_buckets_move_a_hundred_times_a_second_between_busy_replicas() {
    for (seed, concurrency) in [(1, 1), (2, 3)] {
        let mut chance = Chance::new(seed);
        let (server, journal, work) = (ApiServer::new(), Journal::new(), Work::default());
        create(&server, names(1000)).await;
        let first = ByHand::new();
        let hands = [first.clone(), first.peer(), first.peer()];
        let replicas: Vec<_> = std::iter::zip(["a", "b", "c"], &hands)
            .map(|(name, hand)| {
                Operator::new(&server, name, &journal)
                    .controller(|controller| {
                        controller.with_config(Config::default().concurrency(concurrency))
                    })
                    .habit(work.habit(2, millis(3)))
                    .start(hand)
            })
            .collect();
        let (buckets, start) = (buckets(), Instant::now());
        let walks = buckets.iter().zip(seed * 100..).map(|(bucket, seed)| {
            let hands = &hands;
            async move { wander(bucket, hands, &mut Chance::new(seed), 12, 100).await }
        });
        let (newest, _) = tokio::join!(meddle(&server, &mut chance, 1000, 150, 10), join_all(walks));
        let moved = start.elapsed();
        assert!(moved < secs(2), "120 turns took {moved:?}");
        sleep(secs(100)).await;
        let mut terms = BTreeMap::new();
        for bucket in &buckets {
            let name = bucket.name().as_str();
            let leader = hands.iter().find(|hand| hand.led().contains(bucket.name())).unwrap();
            terms.insert(name, leader.until_led(name).await.token().get());
        }
        work.check(&newest, |object| terms[bucket_of(object).name().as_str()]);
        stop_all(replicas).await;
    }
}

#[tokio::test(start_paused = true)]
async fn no_key_is_lost_when_one_replica_is_promoted_and_demoted_a_hundred_times_in_a_second() {
    for (seed, concurrency) in [(11, 1), (12, 4)] {
        let mut chance = Chance::new(seed);
        let (server, journal, work, hand) =
            (ApiServer::new(), Journal::new(), Work::default(), ByHand::new());
        let bucket = bucket_of("object-0");
        create(&server, names(1000)).await;
        let replica = Operator::new(&server, "a", &journal)
            .controller(|controller| controller.with_config(Config::default().concurrency(concurrency)))
            .habit(work.habit(1, millis(2)))
            .start(&hand);
        hand.promote(bucket.clone()).await.unwrap();
        let start = Instant::now();
        let turns = async {
            for turn in 0..100 {
                sleep(millis(if turn % 3 == 0 { 9 } else { 6 })).await;
                if turn % 2 == 0 {
                    hand.lose(bucket.name().as_str()).await;
                } else {
                    hand.demote(bucket.name().as_str()).await;
                }
                hand.promote(bucket.clone()).await.unwrap();
            }
            start.elapsed()
        };
        let (newest, took) = tokio::join!(meddle(&server, &mut chance, 1000, 100, 18), turns);
        assert!(took < secs(1), "{took:?}");
        sleep(secs(100)).await;
        let token = hand.until_led(bucket.name().as_str()).await.token().get();
        let own = newest.into_iter().filter(|(name, _)| has(&bucket, name)).collect();
        work.check(&own, |_| token);
        stop_all(vec![replica]).await;
    }
}

#[tokio::test(start_paused = true)]
async fn no_key_is_lost_over_leases_while_the_network_fails() {
    for seed in [21] {
        let mut chance = Chance::new(seed);
        let (server, journal, work) = (ApiServer::new(), Journal::new(), Work::default());
        create(&server, names(100)).await;
        let clients = ["a", "b", "c"];
        let replicas = clients.map(|name| {
            Operator::new(&server, name, &journal)
                .controller(|controller| controller.with_config(Config::default().concurrency(2)))
                .habit(work.habit(3, millis(400)))
                .start(&lease_builder(&server, name, 3))
        });
        let faults = server.faults();
        let trouble = async {
            let mut chance = Chance::new(seed + 1000);
            for _ in 0..30 {
                let client = clients[usize::try_from(chance.below(3)).unwrap()];
                match chance.below(5) {
                    0 => faults.partition(client),
                    1 => faults.refuse_connections(client),
                    2 => drop(faults.rule().client(client).every(2).times(10).fail_after(500)),
                    3 => drop(faults.rule().client(client).cut_open_watches()),
                    _ => drop(faults.rule().client(client).writes().times(5).delay(secs(chance.below(15)))),
                }
                sleep(secs(chance.below(20))).await;
                faults.heal(client);
            }
            faults.clear();
        };
        let (newest, ()) = tokio::join!(meddle(&server, &mut chance, 100, 200, 3000), trouble);
        sleep(secs(200)).await;
        let begun = work.terms.lock().unwrap().clone();
        assert!(begun.values().any(|term| *term > 1), "nothing ever moved: {begun:?}");
        let set = le_hash::BucketSet::new(begun.keys().map(String::as_str)).unwrap();
        assert_eq!(begun.len(), 3);
        work.check(&newest, |object| {
            begun[set.owner(&le_core::NamespacedName::new("default", object)).as_str()]
        });
        stop_all(replicas.into()).await;
    }
}

/// In real threads and real time, for what only threads can do to each other.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_reconcile_is_under_way_when_a_demotion_has_ended_whatever_the_threads_do() {
    let (shard, _keys) = Shard::new(Cache::filled(["one"]).store, (), Options::default());
    let (under_way, begun, stop) =
        (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)), CancellationToken::new());
    let workers: Vec<_> = (0..4)
        .map(|_| {
            let (shard, stop) = (shard.clone(), stop.clone());
            let (under_way, begun) = (Arc::clone(&under_way), Arc::clone(&begun));
            tokio::spawn(async move {
                let mut reconcile = shard.reconciler(move |_, _: Arc<()>, _| {
                    let (under_way, begun) = (Arc::clone(&under_way), Arc::clone(&begun));
                    async move {
                        under_way.fetch_add(1, Ordering::SeqCst);
                        begun.fetch_add(1, Ordering::SeqCst);
                        tokio::task::yield_now().await;
                        under_way.fetch_sub(1, Ordering::SeqCst);
                        Ok::<_, Refused>(Action::await_change())
                    }
                });
                let one = Arc::new(object("one"));
                while !stop.is_cancelled() {
                    reconcile(Arc::clone(&one), Arc::new(())).await.unwrap();
                    tokio::task::yield_now().await;
                }
            })
        })
        .collect();
    let bucket = Bucket::whole("all");
    for turn in 0..300 {
        let _term = promote(&shard, &bucket, None).await;
        while begun.load(Ordering::SeqCst) <= turn {
            tokio::task::yield_now().await;
        }
        shard.demote(&bucket).await;
        for _ in 0..20 {
            assert_eq!(under_way.load(Ordering::SeqCst), 0, "turn {turn}");
            tokio::task::yield_now().await;
        }
    }
    stop.cancel();
    for worker in workers {
        worker.await.unwrap();
    }
}
