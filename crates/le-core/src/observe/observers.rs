//! The observers of a process.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::desk::{Desk, News};
use super::{Observed, Observer};
use crate::{Clock, Moment};

/// Some observers, or none, as they are given to a builder of electors. Cheap to clone; the clones are one.
///
/// Facts go into a queue for 4096 of them, which one thread named `le-observers` reads; it begins with the first fact, and ends
/// when the last clone and the last candidate are gone. What happens all the time, such as a renewal, may lie for a second;
/// everything else is handed over at once. Whoever tells a fact never waits: while the queue is full, facts are dropped and counted
/// ([`Observer::missed`]). Without observers there is neither queue nor thread, and telling costs a branch.
#[derive(Clone, Default)]
pub struct Observers(Option<Arc<Desk>>);

impl Observers {
    /// Begins with nobody.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds an observer. The result has a queue and a thread of its own: whoever had a clone before goes on as it was.
    #[must_use]
    pub fn with(self, observer: impl Observer) -> Self {
        let mut observers = self.0.map_or_else(Vec::new, |desk| desk.observers().to_vec());
        observers.push(Arc::new(observer));
        Self(Some(Arc::new(Desk::new(observers))))
    }

    /// Tells whether there is nobody.
    pub fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    /// Begins a candidature, and tells so: what an elector does for each bucket that it competes for.
    ///
    /// `bucket` is the name of its lock, and `identity` the one under which it competes. A name that comes twice in a process is
    /// shown as one.
    pub fn candidate(&self, bucket: &str, identity: impl Into<Arc<str>>, clock: Arc<dyn Clock>) -> Observed {
        match &self.0 {
            Some(desk) => Observed::new(Arc::clone(desk), bucket, identity.into(), clock),
            None => Observed::nobody(),
        }
    }

    /// Writes who leads a bucket that this replica does not compete for, and which the platform gave to somebody; for as long as
    /// the result is held.
    pub(crate) fn given(&self, bucket: &str, identity: &str, clock: &Arc<dyn Clock>) -> impl Send + use<> {
        let seats = self.0.as_ref().map(|desk| desk.seats(bucket)).unwrap_or_default();
        let (identity, now): (Arc<str>, Moment) = (identity.into(), clock.now());
        seats.iter().for_each(|seat| seat.write(Some(&identity), "", now, clock));
        seats
    }

    /// Tells that the locks in a namespace cannot be watched any more.
    pub fn watch_lost(&self, namespace: &str) {
        if let Some(desk) = &self.0 {
            desk.tell(News::WatchLost(namespace.into()));
        }
    }

    /// Tells that the locks in a namespace are watched again.
    pub fn watch_regained(&self, namespace: &str) {
        if let Some(desk) = &self.0 {
            desk.tell(News::WatchRegained(namespace.into()));
        }
    }

    /// Waits, with the thread blocked, until all that was told so far has been handed over: for tests, and before a program ends.
    ///
    /// Returns false when that took longer than `at_most`.
    pub fn flush(&self, at_most: Duration) -> bool {
        self.0.as_ref().is_none_or(|desk| desk.flush(at_most))
    }
}

impl fmt::Debug for Observers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = self.0.as_ref().map_or(0, |desk| desk.observers().len());
        f.debug_tuple("Observers").field(&count).finish()
    }
}
