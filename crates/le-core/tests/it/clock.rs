//! A clock that is moved by hand.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use le_core::{Bucket, Clock, FencingToken, Moment, Term};

/// A clock in seconds that stands still until it is set.
#[derive(Clone, Debug, Default)]
pub(crate) struct HandClock(Arc<AtomicU64>);

impl HandClock {
    pub(crate) fn set(&self, seconds: u64) {
        self.0.store(seconds, Ordering::SeqCst);
    }

    /// Begins a term of bucket `b` under token 7, until `deadline` in seconds.
    pub(crate) fn term(&self, deadline: u64) -> Term {
        Term::begin(Bucket::whole("b"), FencingToken::new(7), at(deadline), Arc::new(self.clone()))
    }
}

impl Clock for HandClock {
    fn now(&self) -> Moment {
        at(self.0.load(Ordering::SeqCst))
    }
}

pub(crate) fn at(seconds: u64) -> Moment {
    Moment::ORIGIN + Duration::from_secs(seconds)
}
