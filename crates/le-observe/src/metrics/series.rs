//! The series of one bucket.

use std::sync::atomic::AtomicU64;

use le_core::{FailReason, StopReason, Won};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;

/// The series of one bucket, found once and kept.
pub(super) struct Series {
    pub(super) slow_path: Counter,
    pub(super) renewed_at: Gauge<f64, AtomicU64>,
    pub(super) renewals: Histogram,
    pub(super) margins: Histogram,
    pub(super) handovers: Histogram,
    pub(super) drains: Histogram,
    pub(super) failed: Vec<(FailReason, Counter)>,
    pub(super) begun: Vec<(Won, Counter)>,
    pub(super) ended: Vec<(StopReason, Counter)>,
}

impl Series {
    pub(super) fn failed(&self, reason: FailReason) -> &Counter {
        find(&self.failed, reason)
    }

    pub(super) fn begun(&self, how: Won) -> &Counter {
        find(&self.begun, how)
    }

    pub(super) fn ended(&self, reason: StopReason) -> &Counter {
        find(&self.ended, reason)
    }
}

fn find<K: PartialEq>(counters: &[(K, Counter)], key: K) -> &Counter {
    let (_, counter) =
        counters.iter().find(|(other, _)| *other == key).expect("there is one for each of the list of all");
    counter
}
