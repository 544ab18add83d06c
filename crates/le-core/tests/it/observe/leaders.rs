//! Who leads, as candidates write it down.

use std::sync::Arc;
use std::sync::mpsc::channel;
use std::time::Duration;

use le_core::{
    Candidate, Elector, ElectorBuilder, Enqueue, Leaders, LedBuckets, Observed, Observer, Observers,
    Unopposed,
};
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;

use crate::clock::HandClock;

fn candidate(observers: &Observers, bucket: &str, clock: &HandClock) -> Observed {
    observers.candidate(bucket, "me", Arc::new(clock.clone()))
}

/// Who leads, and whether that is oneself.
fn who(leaders: &Leaders, bucket: &str) -> Option<(String, bool)> {
    leaders.leader(bucket).map(|leader| (leader.identity.to_string(), leader.is_self))
}

/// Tells whether there was a change since the last time.
async fn has_changed(leaders: &mut Leaders) -> bool {
    timeout(Duration::ZERO, leaders.changed()).await.is_ok()
}

#[tokio::test(start_paused = true)]
async fn who_leads_is_known_at_once_and_since_when() {
    let (clock, mut leaders) = (HandClock::default(), Leaders::new());
    let observers = Observers::new().with(leaders.clone());
    let mut observed = candidate(&observers, "b", &clock);
    assert_eq!((who(&leaders, "b"), leaders.all().len()), (None, 1));
    assert!(has_changed(&mut leaders).await && !has_changed(&mut leaders).await);

    clock.set(5);
    observed.leader_seen(Some("other"));
    assert!(has_changed(&mut leaders).await);
    clock.set(9);
    observed.leader_seen(Some("other"));
    assert!(!has_changed(&mut leaders).await, "it is the same");
    let leader = leaders.leader("b").unwrap();
    assert_eq!((leader.seen_for(), &*leader.identity), (Duration::from_secs(4), "other"));

    observed.leader_seen(None);
    observed.leader_seen(Some("me"));
    assert!(has_changed(&mut leaders).await && !has_changed(&mut leaders).await, "two changes are one");
    assert_eq!(who(&leaders, "b"), Some(("me".to_owned(), true)));
    assert_eq!(leaders.leader("another"), None);

    observed.finished();
    assert!(has_changed(&mut leaders).await);
    assert!(leaders.all().is_empty(), "whoever does not take part is told nothing any more");
}

#[tokio::test(start_paused = true)]
async fn of_several_candidates_for_a_bucket_the_last_to_see_something_is_right() {
    let (clock, leaders) = (HandClock::default(), Leaders::new());
    let observers = Observers::new().with(leaders.clone());
    let [mut one, mut other] = [(); 2].map(|()| candidate(&observers, "b", &clock));
    one.leader_seen(Some("x"));
    assert_eq!(who(&leaders, "b").unwrap().0, "x", "the other knows nothing yet");
    other.leader_seen(Some("x"));
    other.leader_seen(Some("y"));
    assert_eq!(who(&leaders, "b").unwrap().0, "y");
    one.leader_seen(None);
    assert_eq!((who(&leaders, "b"), &leaders.all()["b"]), (None, &None));
    drop(one);
    assert_eq!(who(&leaders, "b").unwrap().0, "y");
    drop(other);
    assert!(leaders.all().is_empty());
}

/// Blocks for good.
struct Stuck(std::sync::Mutex<std::sync::mpsc::Receiver<()>>);

impl Observer for Stuck {
    fn joined(&self, _: &Candidate) {
        let _ = self.0.lock().unwrap().recv();
    }
}

#[test]
fn it_is_known_while_the_queue_is_full() {
    let ((free, stuck), leaders) = (channel(), Leaders::new());
    let observers = Observers::new().with(Stuck(stuck.into())).with(Arc::new(leaders.clone()));
    let mut observed = candidate(&observers, "b", &HandClock::default());
    (0..5000).for_each(|_| observed.slow_path());
    observed.leader_seen(Some("other"));
    let _late = candidate(&observers, "late", &HandClock::default());
    assert_eq!(who(&leaders, "b").unwrap().0, "other");
    assert_eq!(leaders.all().len(), 2);
    drop(free);
}

#[test]
fn where_nobody_else_observes_there_is_no_thread() {
    let leaders = Leaders::new();
    let observers = Observers::new().with(leaders.clone());
    let mut observed = candidate(&observers, "b", &HandClock::default());
    let mut told = 0;
    while told < 10_000 {
        observed.leader_seen(Some(["a", "b"][told % 2]));
        told += 1;
    }
    assert!(observers.flush(Duration::ZERO), "nothing waits");
    assert_eq!(who(&leaders, "b").unwrap().0, "b");
}

#[tokio::test(start_paused = true)]
async fn without_an_election_it_is_this_replica_while_it_runs() {
    let leaders = Leaders::new();
    let builder = Unopposed.observed_by(Observers::new().with(leaders.clone()));
    let elector: Box<dyn Elector> =
        builder.build("widgets", Arc::new(LedBuckets::new()), Enqueue::nowhere()).unwrap();
    assert_eq!(who(&leaders, "widgets"), None);
    let stop = CancellationToken::new();
    let running = tokio::spawn(elector.run(stop.clone()));
    sleep(Duration::from_secs(60)).await;
    assert_eq!(who(&leaders, "widgets"), Some(("unopposed".to_owned(), true)));
    assert_eq!(leaders.leader("widgets").unwrap().seen_for(), Duration::from_secs(60));
    stop.cancel();
    running.await.unwrap().unwrap();
    assert_eq!(who(&leaders, "widgets"), None);
}
