//! The changes that are remembered, for watches that come later.

use std::collections::VecDeque;
use std::sync::Arc;

use serde_json::Value;

use super::Key;

/// What happened to an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Change {
    Added,
    Modified,
    Deleted,
}

/// One change.
#[derive(Clone, Debug)]
pub(crate) struct Event {
    pub(crate) version: u64,
    pub(crate) key: Key,
    pub(crate) change: Change,
    /// The object after the change; its last state if it was deleted.
    pub(crate) object: Arc<Value>,
    pub(crate) before: Option<Arc<Value>>,
}

/// The version asked for is older than what is remembered.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TooOld {
    pub(crate) wanted: u64,
    pub(crate) oldest: u64,
}

/// The last changes, each with the version one above that of the change before it.
#[derive(Debug)]
pub(super) struct History {
    events: VecDeque<Event>,
    limit: usize,
    /// The oldest version from which nothing is missing.
    oldest: u64,
}

impl History {
    pub(super) fn new(limit: usize, oldest: u64) -> Self {
        Self { events: VecDeque::new(), limit, oldest }
    }

    pub(super) fn push(&mut self, event: Event) {
        self.events.push_back(event);
        self.trim();
    }

    pub(super) fn limit_to(&mut self, limit: usize) {
        self.limit = limit;
        self.trim();
    }

    fn trim(&mut self) {
        while self.events.len() > self.limit {
            if let Some(dropped) = self.events.pop_front() {
                self.oldest = dropped.version;
            }
        }
    }

    pub(super) fn extend(&mut self) {
        self.limit += 1;
    }

    pub(super) fn compact(&mut self, version: u64) {
        self.events.clear();
        self.oldest = version;
    }

    pub(super) fn since(
        &self,
        version: u64,
    ) -> Result<impl DoubleEndedIterator<Item = &Event> + use<'_>, TooOld> {
        if version < self.oldest {
            return Err(TooOld { wanted: version, oldest: self.oldest });
        }
        // Versions have no gaps, so the place of the first one is known.
        let skip = usize::try_from(version - self.oldest).unwrap_or(usize::MAX).min(self.events.len());
        Ok(self.events.range(skip..))
    }
}
