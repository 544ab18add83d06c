//! A clock that is moved by hand.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use le_core::{Clock, Moment};

/// A clock that stands still until it is set.
#[derive(Clone, Debug, Default)]
pub(crate) struct HandClock(Arc<AtomicU64>);

impl HandClock {
    pub(crate) fn set(&self, millis: u64) {
        self.0.store(millis, Ordering::SeqCst);
    }
}

impl Clock for HandClock {
    fn now(&self) -> Moment {
        at(self.0.load(Ordering::SeqCst))
    }
}

pub(crate) fn at(millis: u64) -> Moment {
    Moment::ORIGIN + Duration::from_millis(millis)
}
