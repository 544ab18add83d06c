//! An operator that is led by ordinal.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use le_core::{
    Began, Bucket, Candidate, Drained, ElectorBuilder, Enqueue, LeaderAware, Leadership, NamespacedName,
    Observer, Observers, PromoteError, Stopped,
};
use le_statefulset::{Builder, dynamic_observed};
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;

use crate::{WHOLE, env};

/// Knows some objects, enqueues those of its bucket when it is promoted, and takes three seconds to drain.
#[derive(Debug, Default)]
struct Operator {
    seen: Mutex<Vec<String>>,
    leadership: Mutex<Option<Leadership>>,
}

impl Operator {
    fn note(&self, what: impl Into<String>) {
        self.seen.lock().unwrap().push(what.into());
    }

    fn leads(&self) -> bool {
        self.leadership.lock().unwrap().as_ref().is_some_and(Leadership::is_valid)
    }
}

#[async_trait]
impl LeaderAware for Operator {
    async fn promote(&self, leadership: Leadership, enqueue: Option<Enqueue>) -> Result<(), PromoteError> {
        self.note(format!("promote {}", leadership.bucket()));
        let enqueue = enqueue.expect("a StatefulSet's elector promotes with the enqueue function");
        for i in 0..100 {
            let key = NamespacedName::new("ns", format!("object-{i}"));
            if leadership.bucket().has(&key) {
                enqueue.enqueue(leadership.bucket(), key);
            }
        }
        *self.leadership.lock().unwrap() = Some(leadership);
        Ok(())
    }

    async fn demote(&self, bucket: &Bucket) {
        self.note(format!("demote {bucket}, leading: {}", self.leads()));
        sleep(Duration::from_secs(3)).await;
        self.note(format!("drained, leading: {}", self.leads()));
    }
}

#[tokio::test(start_paused = true)]
async fn a_pod_leads_its_bucket_from_the_start_until_its_work_has_drained() {
    let builder = Builder::from_env(env(&WHOLE), 3).unwrap();
    let bucket = "https://as-1.svc.ns.svc.example.test:8080";
    let operator = Arc::new(Operator::default());
    let keys = Arc::new(Mutex::new(Vec::new()));
    let enqueue = Enqueue::new({
        let keys = Arc::clone(&keys);
        move |bucket, key| {
            assert!(bucket.has(&key));
            keys.lock().unwrap().push(key);
        }
    });
    let elector = builder.build("acme.widgets", operator.clone(), enqueue).unwrap();
    assert_eq!(elector.initial_buckets(), [builder.placement().bucket().clone()]);
    assert!(operator.seen.lock().unwrap().is_empty(), "nothing is promoted before the elector runs");

    let stop = CancellationToken::new();
    let started = Instant::now();
    let running = tokio::spawn(elector.run(stop.clone()));
    sleep(Duration::from_secs(3600)).await;
    assert!(operator.leads());
    assert_eq!(*operator.seen.lock().unwrap(), [format!("promote {bucket}")]);
    let expected = (0..100).map(|i| NamespacedName::new("ns", format!("object-{i}")));
    let expected: Vec<_> = expected.filter(|key| builder.placement().bucket().has(key)).collect();
    assert!(!expected.is_empty() && expected.len() < 100);
    assert_eq!(*keys.lock().unwrap(), expected);

    stop.cancel();
    running.await.unwrap().unwrap();
    assert_eq!(started.elapsed(), Duration::from_secs(3603), "the elector returns when the work has drained");
    assert!(!operator.leads());
    let drained = [format!("demote {bucket}, leading: true"), "drained, leading: true".to_owned()];
    assert_eq!(operator.seen.lock().unwrap()[1..], drained);
}

#[tokio::test(start_paused = true)]
async fn an_elector_told_to_stop_before_it_runs_promotes_nothing() {
    let operator = Arc::new(Operator::default());
    let elector =
        Builder::from_env(env(&WHOLE), 3).unwrap().build("q", operator.clone(), Enqueue::nowhere()).unwrap();
    let stop = CancellationToken::new();
    stop.cancel();
    elector.run(stop).await.unwrap();
    assert!(operator.seen.lock().unwrap().is_empty());
}

/// Writes down whom it is told of, and what.
#[derive(Clone, Default)]
struct Notes(Arc<Mutex<Vec<String>>>);

impl Observer for Notes {
    fn joined(&self, candidate: &Candidate) {
        self.0.lock().unwrap().push(format!("{} as {}", candidate.bucket(), candidate.identity()));
    }
    fn began(&self, _: &Candidate, term: &Began) {
        self.0.lock().unwrap().push(format!("began, {}", term.won));
    }
    fn drain_ended(&self, _: &Candidate, drain: &Drained) {
        self.0.lock().unwrap().push(format!("drained in {:?}", drain.took));
    }
    fn stopped(&self, _: &Candidate, term: &Stopped) {
        self.0.lock().unwrap().push(format!("{} after {:?}", term.reason, term.led));
    }
    fn left(&self, candidate: &Candidate) {
        self.0.lock().unwrap().push(format!("{:?}", candidate.pulse().life()));
    }
}

#[tokio::test(start_paused = true)]
async fn observers_see_the_pod_lead_its_bucket_whether_it_was_chosen_or_built() {
    let (notes, fallback) = (Notes::default(), le_core::Unopposed);
    let observers = Observers::new().with(notes.clone());
    let built = Builder::from_env(env(&WHOLE), 3).unwrap().observed_by(observers.clone());
    let chosen = dynamic_observed(env(&WHOLE), 3, fallback, observers.clone()).unwrap();
    for builder in [&built as &dyn ElectorBuilder, &chosen] {
        let operator = Arc::new(Operator::default());
        let elector = builder.build("queue", operator, Enqueue::nowhere()).unwrap();
        let stop = CancellationToken::new();
        let running = tokio::spawn(elector.run(stop.clone()));
        sleep(Duration::from_secs(5)).await;
        stop.cancel();
        running.await.unwrap().unwrap();
        assert!(observers.flush(Duration::from_secs(20)));
        let expected = [
            "https://as-1.svc.ns.svc.example.test:8080 as as-1",
            "began, standing",
            "drained in 3s",
            "told to stop after 8s",
            "Finished",
        ];
        assert_eq!(std::mem::take(&mut *notes.0.lock().unwrap()), expected);
    }
}
