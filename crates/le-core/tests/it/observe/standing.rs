//! What the electors without a lock tell.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use le_core::{
    Bucket, Elector, ElectorBuilder, Enqueue, LedBuckets, NamespacedName, Observers, PromoteError,
    StandingElector, Unopposed,
};
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use super::Notes;

/// Fails at its first promotion, and takes three seconds to drain.
fn worker() -> Arc<LedBuckets> {
    let first = Mutex::new(true);
    let led = Arc::new(Mutex::new(None));
    let leadership = led.clone();
    let worker = LedBuckets::new()
        .on_promote(move |leadership, _| {
            let fails = std::mem::take(&mut *first.lock().unwrap());
            *led.lock().unwrap() = Some(leadership);
            async move { if fails { Err(PromoteError::new("no cache")) } else { Ok(()) } }
        })
        .on_demote(move |_| {
            let leadership = leadership.lock().unwrap().clone().unwrap();
            async move {
                sleep(Duration::from_secs(3)).await;
                leadership.note_drained(&NamespacedName::new("ns", "slow"));
            }
        });
    Arc::new(worker)
}

async fn run(elector: Box<dyn Elector>, seconds: u64) {
    let stop = CancellationToken::new();
    let running = tokio::spawn(elector.run(stop.clone()));
    sleep(Duration::from_secs(seconds)).await;
    stop.cancel();
    running.await.unwrap().unwrap();
}

#[tokio::test(start_paused = true)]
async fn the_unopposed_elector_tells_of_each_term_under_the_name_of_its_queue() {
    let notes = Notes::default();
    let observers = Observers::new().with(notes.clone());
    let builder = Unopposed.observed_by(observers.clone());
    let elector = builder.build("widgets", worker(), Enqueue::nowhere()).unwrap();
    assert_eq!(elector.initial_buckets(), [Bucket::universal()]);
    run(elector, 60).await;
    let expected = [
        "widgets joined as unopposed",
        "widgets led by Some(\"unopposed\") since 0ns",
        "widgets began 0 standing after None",
        "widgets stopped: promotion failed, 0ns, None left",
        "widgets began 0 standing after None",
        "widgets drain began",
        "widgets drained in 3s, last [\"ns/slow\"]",
        "widgets stopped: told to stop, 53s, None left",
        "widgets left: Finished",
    ];
    assert_eq!(notes.all(&observers), expected);
}

#[tokio::test(start_paused = true)]
async fn a_standing_elector_that_is_dropped_is_gone() {
    let notes = Notes::default();
    let observers = Observers::new().with(notes.clone());
    let elector = StandingElector::new(Bucket::whole("b"), Arc::new(LedBuckets::new()), None);
    let elector = Box::new(elector.observed_by(observers.clone(), "b", "me"));
    let run = elector.run(CancellationToken::new());
    assert!(tokio::time::timeout(Duration::from_secs(5), run).await.is_err());
    assert_eq!(notes.all(&observers).last().unwrap(), "b left: Gone");
}
