//! What the replicas of a test did, in order, and what must hold at every line of it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use le_core::{Leadership, NamespacedName};
use tokio::sync::Notify;
use tokio::time::{Instant, timeout};

use super::secs;

/// What a replica did with an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum What {
    /// Its reconcile began.
    Began,
    /// Its reconcile came to its end.
    Ended,
    /// Its reconcile was dropped.
    Dropped,
    /// It was shown to the observer.
    Observed,
    /// The error policy was asked.
    Failed,
}

#[derive(Clone, Debug)]
pub(crate) struct Line {
    pub(crate) at: Duration,
    pub(crate) who: &'static str,
    pub(crate) what: What,
    pub(crate) object: String,
    pub(crate) token: u64,
}

/// Everything that the replicas of a test did. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Journal {
    began: Instant,
    state: Arc<Mutex<State>>,
    changed: Arc<Notify>,
}

#[derive(Default)]
struct State {
    lines: Vec<Line>,
    taken: usize,
    /// The greatest token that was seen of each bucket.
    tokens: BTreeMap<String, u64>,
}

impl Journal {
    pub(crate) fn new() -> Self {
        Self { began: Instant::now(), state: Arc::default(), changed: Arc::default() }
    }

    /// Takes in that a reconcile begins: under a right that holds, to its own bucket, of the latest term of all.
    pub(super) fn begin(&self, who: &'static str, namespace: &str, name: &str, leadership: &Leadership) {
        assert!(leadership.is_valid(), "{who} begins {name} without the right");
        let bucket = leadership.bucket();
        assert!(bucket.has(&NamespacedName::new(namespace, name)), "{name} is not of {bucket:?}");
        let token = leadership.token().get();
        let mut state = self.state();
        let last = state.tokens.entry(bucket.name().to_string()).or_default();
        assert!(token >= *last, "{who} begins {name} in term {token}, after {last}");
        *last = token;
        drop(state);
        self.write(who, What::Began, name, token);
    }

    pub(super) fn write(&self, who: &'static str, what: What, object: &str, token: u64) {
        let line = Line { at: self.now(), who, what, object: object.to_owned(), token };
        self.state().lines.push(line);
        self.changed.notify_waiters();
    }

    pub(crate) fn now(&self) -> Duration {
        self.began.elapsed()
    }

    pub(crate) fn lines(&self) -> Vec<Line> {
        self.state().lines.clone()
    }

    /// The objects with which something was done, in order.
    pub(crate) fn all(&self, what: What) -> Vec<String> {
        self.lines().into_iter().filter(|line| line.what == what).map(|line| line.object).collect()
    }

    /// When something was done with an object for the first time.
    pub(crate) fn first(&self, what: What, object: &str) -> Option<Line> {
        self.lines().into_iter().find(|line| line.what == what && line.object == object)
    }

    /// How often the reconcile of each object began since this was asked last.
    pub(crate) fn take(&self) -> BTreeMap<String, usize> {
        let mut counts = BTreeMap::new();
        let mut state = self.state();
        for line in state.lines.iter().skip(state.taken).filter(|line| line.what == What::Began) {
            *counts.entry(line.object.clone()).or_default() += 1;
        }
        state.taken = state.lines.len();
        counts
    }

    /// Waits until something was done with an object, for an hour at most.
    pub(crate) async fn until(&self, what: What, object: &str) -> Line {
        let wait = async {
            loop {
                let changed = self.changed.notified();
                if let Some(line) = self.first(what, object) {
                    return line;
                }
                changed.await;
            }
        };
        let line = timeout(secs(3600), wait).await;
        line.unwrap_or_else(|_| panic!("{object} never was {what:?}: {:?}", self.lines()))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}
