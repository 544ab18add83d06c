//! Electors that have nobody to compete with.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use le_core::{
    Bucket, Elector, ElectorBuilder, Enqueue, FencingToken, LeaderAware, Leadership, PromoteError,
    StandingElector, StopReason, Unopposed,
};
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;

#[derive(Default)]
struct Worker {
    failing: Mutex<u32>,
    began: Mutex<Option<Instant>>,
    notes: Mutex<Vec<String>>,
    kept: Mutex<Option<Leadership>>,
    hangs: bool,
}

impl Worker {
    fn note(&self, what: &str) {
        let began = *self.began.lock().unwrap().get_or_insert_with(Instant::now);
        self.notes.lock().unwrap().push(format!("{} {what}", began.elapsed().as_secs()));
    }

    fn notes(&self) -> Vec<String> {
        self.notes.lock().unwrap().clone()
    }
}

#[async_trait]
impl LeaderAware for Worker {
    async fn promote(&self, leadership: Leadership, enqueue: Option<Enqueue>) -> Result<(), PromoteError> {
        assert!(leadership.is_valid());
        assert_eq!(leadership.token(), FencingToken::NONE);
        self.note(if enqueue.is_some() { "promote with enqueue" } else { "promote" });
        if let Some(before) = self.kept.lock().unwrap().replace(leadership) {
            assert_eq!(before.stop_reason(), Some(StopReason::PromotionFailed));
        }
        if self.hangs {
            std::future::pending::<()>().await;
        }
        let mut failing = self.failing.lock().unwrap();
        if *failing > 0 {
            *failing -= 1;
            return Err(PromoteError::new("no cache"));
        }
        Ok(())
    }

    async fn demote(&self, bucket: &Bucket) {
        let leads = self.kept.lock().unwrap().as_ref().is_some_and(Leadership::is_valid);
        self.note(&format!("demote {bucket:?}, leading: {leads}"));
        sleep(Duration::from_secs(3)).await;
        self.note("drained");
    }
}

async fn run(worker: &Arc<Worker>, elector: Box<dyn Elector>, seconds: u64) {
    let stop = CancellationToken::new();
    let running = tokio::spawn(elector.run(stop.clone()));
    sleep(Duration::from_secs(seconds)).await;
    stop.cancel();
    running.await.unwrap().unwrap();
    let last = worker.kept.lock().unwrap().clone();
    assert!(last.is_none_or(|leadership| !leadership.is_valid()), "nothing leads after the end");
}

#[tokio::test(start_paused = true)]
async fn the_unopposed_elector_leads_everything_from_the_start_without_making_up_for_anything() {
    let worker = Arc::new(Worker::default());
    let elector = Unopposed.build("queue", worker.clone(), Enqueue::nowhere()).unwrap();
    assert_eq!(elector.initial_buckets(), [Bucket::universal()]);
    run(&worker, elector, 100).await;
    assert_eq!(worker.notes(), ["0 promote", "100 demote Bucket(\"\"), leading: true", "103 drained"]);
}

#[tokio::test(start_paused = true)]
async fn a_standing_elector_leads_its_bucket_and_passes_the_way_to_enqueue() {
    let worker = Arc::new(Worker::default());
    let elector = StandingElector::new(Bucket::whole("b"), worker.clone(), Some(Enqueue::nowhere()));
    assert_eq!(elector.initial_buckets(), [Bucket::whole("b")]);
    run(&worker, Box::new(elector), 5).await;
    assert_eq!(
        worker.notes(),
        ["0 promote with enqueue", "5 demote Bucket(\"b\"), leading: true", "8 drained"]
    );
}

#[tokio::test(start_paused = true)]
async fn a_promotion_that_fails_is_tried_again_after_a_while_and_demotes_nothing() {
    let worker = Arc::new(Worker { failing: Mutex::new(2), ..Worker::default() });
    let elector = Unopposed.build("queue", worker.clone(), Enqueue::nowhere()).unwrap();
    run(&worker, elector, 25).await;
    let expected =
        ["0 promote", "10 promote", "20 promote", "25 demote Bucket(\"\"), leading: true", "28 drained"];
    assert_eq!(worker.notes(), expected);
}

#[tokio::test(start_paused = true)]
async fn a_stop_between_two_tries_ends_at_once() {
    let worker = Arc::new(Worker { failing: Mutex::new(9), ..Worker::default() });
    let elector = Unopposed.build("queue", worker.clone(), Enqueue::nowhere()).unwrap();
    let began = Instant::now();
    run(&worker, elector, 5).await;
    assert_eq!((began.elapsed(), worker.notes()), (Duration::from_secs(5), vec!["0 promote".to_owned()]));
}

#[tokio::test(start_paused = true)]
async fn a_stop_during_a_promotion_demotes() {
    let worker = Arc::new(Worker { hangs: true, ..Worker::default() });
    let elector = Unopposed.build("queue", worker.clone(), Enqueue::nowhere()).unwrap();
    run(&worker, elector, 5).await;
    assert_eq!(worker.notes(), ["0 promote", "5 demote Bucket(\"\"), leading: true", "8 drained"]);
}

#[tokio::test(start_paused = true)]
async fn a_stop_before_the_run_promotes_nothing() {
    let worker = Arc::new(Worker::default());
    let elector = Unopposed.build("queue", worker.clone(), Enqueue::nowhere()).unwrap();
    let stop = CancellationToken::new();
    stop.cancel();
    elector.run(stop).await.unwrap();
    assert!(worker.notes().is_empty());
}

#[tokio::test(start_paused = true)]
async fn dropping_the_run_ends_the_leadership_without_a_demotion() {
    let worker = Arc::new(Worker::default());
    let elector = Unopposed.build("queue", worker.clone(), Enqueue::nowhere()).unwrap();
    let run = elector.run(CancellationToken::new());
    assert!(tokio::time::timeout(Duration::from_secs(5), run).await.is_err());
    let leadership = worker.kept.lock().unwrap().clone().unwrap();
    assert!(!leadership.is_valid());
    assert_eq!(worker.notes(), ["0 promote"]);
}
