//! A reconciler that never ends to begin, panics, or hogs.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use le_core::{Bucket, ElectorBuilder, Enqueue, LeaderAware, Leadership, NamespacedName, PromoteError};
use le_testkit::{ApiServer, Verb};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::bench::{Journal, Setup, builder};
use super::look::{LEASE, millis, secs, sleep};

/// What a reconciler does when it is promoted or demoted.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Habit {
    NeverBegins,
    PanicsAtPromotion,
    PanicsAtDemotion,
    Enqueues,
}

struct Worker {
    habit: Habit,
    notes: Arc<Mutex<Vec<String>>>,
    kept: Arc<Mutex<Option<Leadership>>>,
}

struct Note(Arc<Mutex<Vec<String>>>);

impl Drop for Note {
    fn drop(&mut self) {
        self.0.lock().unwrap().push("dropped".to_owned());
    }
}

#[async_trait]
impl LeaderAware for Worker {
    async fn promote(&self, leadership: Leadership, enqueue: Option<Enqueue>) -> Result<(), PromoteError> {
        self.notes.lock().unwrap().push("promote".to_owned());
        *self.kept.lock().unwrap() = Some(leadership.clone());
        match self.habit {
            Habit::NeverBegins => {
                let _note = Note(Arc::clone(&self.notes));
                std::future::pending().await
            }
            Habit::PanicsAtPromotion => panic!("promotion is broken"),
            Habit::PanicsAtDemotion => Ok(()),
            Habit::Enqueues => {
                let enqueue =
                    enqueue.expect("whoever was not leading from the start has something to make up for");
                enqueue.enqueue(leadership.bucket(), NamespacedName::new("ns", "name"));
                Ok(())
            }
        }
    }

    async fn demote(&self, _: &Bucket) {
        self.notes.lock().unwrap().push("demote".to_owned());
        assert!(self.habit != Habit::PanicsAtDemotion, "demotion is broken");
    }
}

struct Case {
    server: ApiServer,
    notes: Arc<Mutex<Vec<String>>>,
    kept: Arc<Mutex<Option<Leadership>>>,
    stop: CancellationToken,
    running: JoinHandle<()>,
}

impl Case {
    async fn begin(habit: Habit) -> Self {
        let (server, journal) = (ApiServer::new(), Journal::new());
        let (notes, kept): (Arc<Mutex<Vec<String>>>, Arc<_>) = Default::default();
        let worker = Worker { habit, notes: Arc::clone(&notes), kept: Arc::clone(&kept) };
        let queue = Arc::clone(&notes);
        let enqueue = Enqueue::new(move |bucket, key| queue.lock().unwrap().push(format!("{bucket}: {key}")));
        let elector =
            builder(&server, &journal, "a", &Setup::default()).build("widgets", Arc::new(worker), enqueue);
        let (stop, elector) = (CancellationToken::new(), elector.unwrap());
        let run = elector.run(stop.clone());
        let running = tokio::spawn(async move { run.await.unwrap() });
        sleep(secs(5)).await;
        Self { server, notes, kept, stop, running }
    }

    fn notes(&self) -> Vec<String> {
        self.notes.lock().unwrap().clone()
    }

    fn leadership(&self) -> Leadership {
        self.kept.lock().unwrap().clone().unwrap()
    }
}

#[tokio::test(start_paused = true)]
async fn a_promotion_that_still_runs_when_the_right_is_lost_is_dropped_and_demoted() {
    let case = Case::begin(Habit::NeverBegins).await;
    assert!(case.leadership().is_valid(), "renewed while it begins");
    let leadership = case.leadership();
    case.server.faults().partition("a");
    sleep(secs(20)).await;
    assert_eq!(case.notes(), ["promote", "dropped", "demote"]);
    assert!(!leadership.is_valid());
}

#[tokio::test(start_paused = true)]
async fn a_promotion_that_still_runs_at_a_stop_is_dropped_demoted_and_the_lease_released() {
    let case = Case::begin(Habit::NeverBegins).await;
    case.stop.cancel();
    let notes = Arc::clone(&case.notes);
    case.running.await.unwrap();
    assert_eq!(*notes.lock().unwrap(), ["promote", "dropped", "demote"]);
    case.server.until_free(LEASE).within(millis(1)).await;
}

#[tokio::test(start_paused = true)]
async fn a_panic_at_promotion_comes_out_and_nothing_leads_any_more() {
    let case = Case::begin(Habit::PanicsAtPromotion).await;
    let leadership = case.leadership();
    let panic = case.running.await.unwrap_err().into_panic();
    assert_eq!(panic.downcast_ref::<&str>(), Some(&"promotion is broken"));
    assert!(!leadership.is_valid());
    let requests = case.server.log().len();
    sleep(secs(60)).await;
    assert_eq!(case.server.log().len(), requests, "nothing of it goes on");
}

#[tokio::test(start_paused = true)]
async fn a_panic_at_demotion_comes_out_and_releases_nothing() {
    let case = Case::begin(Habit::PanicsAtDemotion).await;
    let leadership = case.leadership();
    case.stop.cancel();
    let panic = case.running.await.unwrap_err().into_panic();
    assert_eq!(panic.downcast_ref::<&str>(), Some(&"demotion is broken"));
    tokio::time::timeout(millis(1), leadership.lost()).await.unwrap();
    let freed = case
        .server
        .log()
        .count(|entry| entry.json().is_some_and(|body| body["spec"]["holderIdentity"] == ""));
    assert_eq!(freed, 0);
}

#[tokio::test(start_paused = true)]
async fn a_promotion_gets_a_way_to_enqueue_what_it_has_missed() {
    let case = Case::begin(Habit::Enqueues).await;
    assert_eq!(case.notes(), ["promote".to_owned(), format!("{LEASE}: ns/name")]);
}

#[tokio::test(start_paused = true)]
async fn a_panic_of_whoever_is_told_comes_out() {
    for verb in [Verb::Watch, Verb::Create] {
        let server = ApiServer::new();
        server.faults().rule().verb(verb).fail_before(403);
        let component = super::bench::component(&Setup::default(), "a");
        let sink = |report: &le_lease::Report| panic!("cannot tell {report}");
        let builder =
            le_lease::Builder::new(server.client("a"), component).in_namespace("default").on_report(sink);
        let aware = Arc::new(le_core::LedBuckets::new());
        let elector = builder.build("widgets", aware, Enqueue::nowhere()).unwrap();
        let run = tokio::spawn(elector.run(CancellationToken::new()));
        let ended = tokio::time::timeout(secs(60), run).await.expect("it ends");
        assert!(ended.unwrap_err().is_panic(), "{verb}");
    }
}
