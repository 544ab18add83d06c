//! One work queue's share in what is led.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures::future::join_all;
use le_core::{Bucket, BucketName, Enqueue, LeaderAware, Leadership, PromoteError, StopReason, Term};

use super::promotion::{Cut, Promotion};
use super::team::Team;

/// One elector that was built, and what it leads.
pub(super) struct Queue {
    name: String,
    team: Arc<Team>,
    aware: Arc<dyn LeaderAware>,
    enqueue: Enqueue,
    state: Mutex<State>,
}

struct State {
    phase: Phase,
    held: HashMap<BucketName, Held>,
}

/// How far an elector is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    Built,
    Running,
    Stopping,
}

/// A bucket from the beginning of its promotion until its work has drained.
struct Held {
    leadership: Leadership,
    /// Gone once the right was lost.
    term: Option<Term>,
    promotion: Cut,
    draining: bool,
}

impl Queue {
    pub(super) fn new(name: &str, team: Arc<Team>, aware: Arc<dyn LeaderAware>, enqueue: Enqueue) -> Self {
        let state = Mutex::new(State { phase: Phase::Built, held: HashMap::new() });
        Self { name: name.to_owned(), team, aware, enqueue, state }
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    pub(super) fn phase(&self) -> Phase {
        self.state().phase
    }

    pub(super) fn enter(&self, phase: Phase) {
        self.state().phase = phase;
        self.team.ring();
    }

    pub(super) async fn promote(&self, bucket: &Bucket) -> Result<(), PromoteError> {
        let what =
            || format!("queue {:?} can take bucket {bucket:?}: it must run, and have drained", self.name);
        let promotion = self.team.until(what, || self.begin(bucket).ok_or(Duration::MAX)).await;
        self.team.ring();
        let promoted = promotion.run().await;
        if promoted.is_err() {
            self.end(bucket, StopReason::PromotionFailed);
        }
        promoted
    }

    pub(super) async fn demote(&self, bucket: &str) {
        self.drain(bucket, |held| {
            if let Some(term) = &held.term {
                term.tell_to_stop();
            }
        })
        .await;
    }

    pub(super) async fn demote_all(&self) {
        let all: Vec<BucketName> = self.state().held.keys().cloned().collect();
        join_all(all.iter().map(|bucket| self.demote(bucket.as_str()))).await;
    }

    pub(super) async fn lose(&self, bucket: &str, reason: StopReason) {
        self.drain(bucket, |held| {
            if let Some(term) = held.term.take() {
                term.end(reason);
            }
        })
        .await;
    }

    pub(super) fn expire_in(&self, bucket: &str, after: Duration) {
        if let Some(Held { term: Some(term), .. }) = self.state().held.get(bucket) {
            term.extend(self.team.now() + after);
        }
        self.team.ring();
    }

    /// Ends every term at once, as when the process is gone.
    pub(super) fn abandon(&self) {
        let held = std::mem::take(&mut self.state().held);
        drop(held);
        self.enter(Phase::Stopping);
    }

    /// The term of a bucket that is neither lost nor over. Its right may have run out.
    pub(super) fn held(&self, bucket: &str) -> Option<Leadership> {
        self.state().held.get(bucket).filter(|held| held.term.is_some()).map(|held| held.leadership.clone())
    }

    /// The rights that hold.
    pub(super) fn rights(&self) -> Vec<Leadership> {
        let all: Vec<_> = self.state().held.values().map(|held| held.leadership.clone()).collect();
        all.into_iter().filter(Leadership::is_valid).collect()
    }

    /// Begins a term, unless the work of the one before has yet to drain.
    fn begin(&self, bucket: &Bucket) -> Option<Promotion> {
        let mut state = self.state();
        if let Some(held) = state.held.get(bucket.name()) {
            assert!(
                held.draining,
                "bucket {bucket:?} of queue {:?} is led already; demote it first",
                self.name
            );
            return None;
        }
        if state.phase != Phase::Running {
            return None;
        }
        let term = self.team.begin(&self.name, bucket);
        let (aware, enqueue) = (Arc::clone(&self.aware), self.enqueue.clone());
        let (leadership, given) = (term.leadership(), term.leadership());
        let work = async move { aware.promote(given, Some(enqueue)).await };
        let promotion = Promotion::new(leadership.clone(), work);
        let held = Held { leadership, term: Some(term), promotion: promotion.cut(), draining: false };
        state.held.insert(bucket.name().clone(), held);
        Some(promotion)
    }

    /// Tells the work that its term ends, and returns when it has drained, whoever else is at it.
    async fn drain(&self, bucket: &str, tell: impl FnOnce(&mut Held)) {
        let (cut, first) = {
            let mut state = self.state();
            let Some(held) = state.held.get_mut(bucket) else { return };
            tell(held);
            let first = !std::mem::replace(&mut held.draining, true);
            (held.promotion.clone(), first.then(|| held.leadership.bucket().clone()))
        };
        // The work may ask questions while it is dropped: nothing is locked here.
        cut.cut();
        self.team.ring();
        if let Some(bucket) = first {
            let _drained = Drained { queue: self, bucket: &bucket };
            self.aware.demote(&bucket).await;
        } else {
            let what = || format!("bucket {bucket:?} of queue {:?} has drained", self.name);
            let drained = || if self.state().held.contains_key(bucket) { Err(Duration::MAX) } else { Ok(()) };
            self.team.until(what, drained).await;
        }
    }

    /// Lets go of a bucket: its right ends, where it has not yet.
    fn end(&self, bucket: &Bucket, reason: StopReason) {
        let held = self.state().held.remove(bucket.name());
        if let Some(term) = held.and_then(|held| held.term) {
            term.end(reason);
        }
        self.team.ring();
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Lets go of a bucket when its demotion has ended, in whatever way.
struct Drained<'a> {
    queue: &'a Queue,
    bucket: &'a Bucket,
}

impl Drop for Drained<'_> {
    fn drop(&mut self) {
        self.queue.end(self.bucket, StopReason::ToldToStop);
    }
}
