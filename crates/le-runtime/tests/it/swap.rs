//! The operator of the example `backends` under each of its backends, of which one is the example's own.

#[path = "../../examples/backends/file_lock.rs"]
mod file_lock;
#[path = "../../examples/backends/operator.rs"]
mod operator;

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{File, TryLockError};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use k8s_openapi::api::core::v1::ConfigMap;
use kube::api::{ListParams, Patch, PatchParams};
use kube::{Api, ResourceExt};
use le_config::{Config, Timing};
use le_core::{ElectorBuilder, Enqueue, Leadership, LedBuckets, NamespacedName, PromoteError, Unopposed};
use le_testkit::{ApiServer, Entry};
use serde_json::json;
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;

use file_lock::FileLock;
use operator::{COUNT, operate};

const OBJECTS: usize = 30;

/// More virtual time than anything here takes.
const PATIENCE: Duration = Duration::from_secs(600);

#[tokio::test(start_paused = true)]
async fn the_operator_runs_unopposed() {
    let server = ApiServer::new();
    write(&server, 1).await;
    let a = Replica::start(&server, "a", Unopposed);
    assert_eq!(writers(&server, 1).await, all("a"));
    a.stop().await;
    write(&server, 2).await;
    let _b = Replica::start(&server, "b", Unopposed);
    assert_eq!(writers(&server, 2).await, all("b"));
}

#[tokio::test(start_paused = true)]
async fn the_operator_runs_with_leases() {
    let server = ApiServer::new();
    let config = Config::new(4, Timing::default()).unwrap();
    let builder = |name| le_lease::Builder::new(server.client(name), config.component("counter"));
    write(&server, 1).await;
    let (a, b) = (Replica::start(&server, "a", builder("a")), Replica::start(&server, "b", builder("b")));
    writers(&server, 1).await;
    a.stop().await;
    write(&server, 2).await;
    assert_eq!(writers(&server, 2).await, all("b"));

    let c = Replica::start(&server, "c", builder("c"));
    b.stop().await;
    write(&server, 3).await;
    assert_eq!(writers(&server, 3).await, all("c"));
    c.stop().await;
}

#[tokio::test(start_paused = true)]
async fn the_operator_runs_by_ordinals() {
    let server = ApiServer::new();
    let builder = |ordinal| {
        let env = move |key: &str| match key {
            "STATEFUL_CONTROLLER_ORDINAL" => Some(format!("counter-{ordinal}")),
            "STATEFUL_SERVICE_NAME" => Some("counter".to_owned()),
            "SYSTEM_NAMESPACE" => Some("default".to_owned()),
            "CLUSTER_DOMAIN" => Some("cluster.local".to_owned()),
            _ => None,
        };
        le_statefulset::Builder::from_env(env, 2).unwrap()
    };
    write(&server, 1).await;
    let a = Replica::start(&server, "a", builder(0));
    let _b = Replica::start(&server, "b", builder(1));
    let shares = writers(&server, 1).await;
    assert_eq!(shares.values().map(String::as_str).collect::<BTreeSet<_>>(), BTreeSet::from(["a", "b"]));

    // The platform starts the ordinal again, and it finds its share as the other left it: untouched.
    a.stop().await;
    write(&server, 2).await;
    let _a = Replica::start(&server, "a", builder(0));
    assert_eq!(writers(&server, 2).await, shares);
}

#[tokio::test(start_paused = true)]
async fn the_operator_runs_with_a_backend_of_its_own() {
    let (server, folder) = (ApiServer::new(), tempfile::tempdir().unwrap());
    write(&server, 1).await;
    let a = Replica::start(&server, "a", FileLock::new(folder.path()));
    assert_eq!(writers(&server, 1).await, all("a"));
    let b = Replica::start(&server, "b", FileLock::new(folder.path()));
    write(&server, 2).await;
    assert_eq!(writers(&server, 2).await, all("a"), "the other waits");
    a.stop().await;
    write(&server, 3).await;
    assert_eq!(writers(&server, 3).await, all("b"));
    b.stop().await;
}

#[tokio::test(start_paused = true)]
async fn the_file_is_unlocked_when_the_work_has_ended_and_not_before() {
    let folder = tempfile::tempdir().unwrap();
    let (path, drained) = (folder.path().join("queue.lock"), Arc::new(AtomicBool::new(false)));
    let led = Arc::new(LedBuckets::new().on_demote({
        let (path, drained) = (path.clone(), Arc::clone(&drained));
        move |_| {
            let (path, drained) = (path.clone(), Arc::clone(&drained));
            async move {
                sleep(Duration::from_secs(60)).await;
                assert!(is_locked(&path));
                drained.store(true, Ordering::Relaxed);
            }
        }
    }));
    let (stop, running) = run(&folder, &led);
    let leadership = until_leading(&led).await;
    stop.cancel();
    leadership.stopping().await;
    assert!(leadership.is_valid(), "the right outlasts the work");
    ended(running).await.unwrap();
    assert!(!leadership.is_valid() && drained.load(Ordering::Relaxed) && !is_locked(&path));
}

#[tokio::test(start_paused = true)]
async fn tokens_grow_from_term_to_term_and_from_replica_to_replica() {
    let folder = tempfile::tempdir().unwrap();
    let mut tokens = Vec::new();
    for _ in 0..11 {
        let led = Arc::new(LedBuckets::new());
        let (stop, running) = run(&folder, &led);
        tokens.push(until_leading(&led).await.token().get());
        stop.cancel();
        ended(running).await.unwrap();
    }
    assert_eq!(tokens, Vec::from_iter(1..=11));
}

#[tokio::test(start_paused = true)]
async fn an_elector_that_is_dropped_ends_its_leadership_and_unlocks_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let (led, other) = (Arc::new(LedBuckets::new()), Arc::new(LedBuckets::new()));
    let (_stop, running) = run(&folder, &led);
    let leadership = until_leading(&led).await;
    let (_stop_other, _running) = run(&folder, &other);
    sleep(Duration::from_secs(10)).await;
    assert!(!other.is_leader_for(&key()));
    running.abort();
    until_leading(&other).await;
    assert!(!leadership.is_valid());
}

#[tokio::test(start_paused = true)]
async fn a_promotion_that_fails_gives_the_file_to_the_others_and_is_tried_again() {
    let folder = tempfile::tempdir().unwrap();
    let broken = Arc::new(AtomicBool::new(true));
    let led = Arc::new(LedBuckets::new().on_promote({
        let broken = Arc::clone(&broken);
        move |_, _| {
            let broken = broken.load(Ordering::Relaxed);
            async move { if broken { Err(PromoteError::new("no database")) } else { Ok(()) } }
        }
    }));
    let (_stop, _running) = run(&folder, &led);
    let other = Arc::new(LedBuckets::new());
    let (stop, running) = run(&folder, &other);
    until_leading(&other).await;
    broken.store(false, Ordering::Relaxed);
    stop.cancel();
    ended(running).await.unwrap();
    until_leading(&led).await;
}

#[tokio::test(start_paused = true)]
async fn a_stop_cuts_a_promotion_short_and_demotes_all_the_same() {
    let (folder, demoted) = (tempfile::tempdir().unwrap(), Arc::new(AtomicBool::new(false)));
    let led = LedBuckets::new().on_promote(|_, _| std::future::pending());
    let led = Arc::new(led.on_demote({
        let demoted = Arc::clone(&demoted);
        move |_| {
            demoted.store(true, Ordering::Relaxed);
            std::future::ready(())
        }
    }));
    let (stop, running) = run(&folder, &led);
    until_leading(&led).await;
    stop.cancel();
    ended(running).await.unwrap();
    assert!(demoted.load(Ordering::Relaxed));
}

#[tokio::test(start_paused = true)]
async fn a_lock_file_that_holds_something_else_ends_the_elector_with_a_clear_error() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("queue.lock"), "my shopping list").unwrap();
    let (_stop, running) = run(&folder, &Arc::new(LedBuckets::new()));
    let error = ended(running).await.unwrap_err();
    let source = std::error::Error::source(&error).unwrap().to_string();
    assert!(source.contains("queue.lock") && source.contains("holds no token"), "{source}");
}

/// A replica of the operator, which has nothing of its own but its builder.
struct Replica {
    stop: CancellationToken,
    running: JoinHandle<anyhow::Result<()>>,
}

impl Replica {
    fn start(server: &ApiServer, name: &str, builder: impl ElectorBuilder + 'static) -> Self {
        let (client, stop) = (server.client(name), CancellationToken::new());
        let running = tokio::spawn({
            let stop = stop.clone();
            async move { operate(client, &builder, stop).await }
        });
        Self { stop, running }
    }

    async fn stop(self) {
        self.stop.cancel();
        ended(self.running).await.unwrap();
    }
}

/// Gives every object this many keys.
async fn write(server: &ApiServer, keys: usize) {
    let api: Api<ConfigMap> = Api::default_namespaced(server.client("test"));
    server.log().clear();
    let data: BTreeMap<_, _> = (0..keys).map(|i| (format!("key-{i}"), "value")).collect();
    for i in 0..OBJECTS {
        let (name, apply) = (format!("object-{i}"), PatchParams::apply("test"));
        let metadata = json!({ "name": name, "labels": { COUNT: "" } });
        let object = json!({ "apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": data });
        api.patch(&name, &apply, &Patch::Apply(object)).await.unwrap();
    }
}

/// Waits until every object has this count, and some time more, and tells who wrote each: one replica, once.
async fn writers(server: &ApiServer, count: usize) -> BTreeMap<String, String> {
    let api: Api<ConfigMap> = Api::default_namespaced(server.client("test"));
    let counted = async {
        loop {
            let objects = api.list(&ListParams::default().labels(COUNT)).await.unwrap().items;
            let is_counted = |object: &ConfigMap| object.annotations().get(COUNT) == Some(&count.to_string());
            if objects.iter().filter(|object| is_counted(object)).count() == OBJECTS {
                break;
            }
            sleep(Duration::from_secs(1)).await;
        }
    };
    timeout(PATIENCE, counted).await.expect("every object is counted");
    sleep(PATIENCE).await;
    let is_write = |entry: &Entry| entry.verb().is_write() && entry.kind() == "ConfigMap";
    let writes = server.log().select(|entry| is_write(entry) && entry.client() != "test");
    let written: BTreeMap<_, _> =
        writes.iter().map(|write| (write.name().into_owned(), write.client().to_owned())).collect();
    assert_eq!((written.len(), writes.len()), (OBJECTS, OBJECTS), "each object is written once");
    written
}

fn all(client: &str) -> BTreeMap<String, String> {
    (0..OBJECTS).map(|i| (format!("object-{i}"), client.to_owned())).collect()
}

/// Runs an elector over the file `queue.lock`.
fn run(
    folder: &tempfile::TempDir,
    led: &Arc<LedBuckets>,
) -> (CancellationToken, JoinHandle<Result<(), le_core::ElectorError>>) {
    let elector = FileLock::new(folder.path()).build("queue", led.clone(), Enqueue::nowhere()).unwrap();
    let stop = CancellationToken::new();
    (stop.clone(), tokio::spawn(elector.run(stop)))
}

async fn until_leading(led: &LedBuckets) -> Leadership {
    timeout(PATIENCE, led.until_leader_for(&key())).await.expect("it leads in the end")
}

async fn ended<T>(running: JoinHandle<T>) -> T {
    timeout(PATIENCE, running).await.expect("it ends when it is told to").unwrap()
}

fn key() -> NamespacedName<'static> {
    NamespacedName::new("default", "object")
}

fn is_locked(path: &Path) -> bool {
    matches!(File::open(path).unwrap().try_lock(), Err(TryLockError::WouldBlock))
}
