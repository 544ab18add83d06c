//! The metrics that are asked of the candidates at each scrape.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use le_core::{Candidate, Life};
use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::gauge::ConstGauge;

use super::families::label;

/// The candidates, by the name of their bucket.
#[derive(Debug, Default)]
pub(super) struct Now(Mutex<BTreeMap<Box<str>, Bucket>>);

/// What is known of a bucket. It stays when its candidates are no more.
#[derive(Debug, Default)]
struct Bucket {
    candidates: Vec<Candidate>,
    /// Whether somebody led it when that last changed.
    has_leader: bool,
}

impl Now {
    pub(super) fn joined(&self, candidate: &Candidate) {
        let mut buckets = self.buckets();
        let bucket = buckets.entry(candidate.bucket().into()).or_default();
        bucket.candidates.retain(Bucket::is_running);
        bucket.candidates.push(candidate.clone());
        bucket.has_leader = false;
    }

    pub(super) fn leader(&self, candidate: &Candidate, has_leader: bool) {
        self.buckets().entry(candidate.bucket().into()).or_default().has_leader = has_leader;
    }

    fn buckets(&self) -> MutexGuard<'_, BTreeMap<Box<str>, Bucket>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Bucket {
    fn is_led_here(&self) -> bool {
        self.candidates.iter().any(|candidate| candidate.pulse().leads())
    }

    /// Tells whether this replica competes for it and knows of no leader.
    fn lacks_leader(&self) -> bool {
        self.candidates.iter().any(Self::is_running) && !self.has_leader && !self.is_led_here()
    }

    fn is_running(candidate: &Candidate) -> bool {
        candidate.pulse().life() == Life::Running
    }
}

/// Writes what is so at this very moment.
#[derive(Debug)]
pub(super) struct Present(pub(super) Arc<Now>);

impl Collector for Present {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Result<(), fmt::Error> {
        let buckets = self.0.buckets();
        let mut status = encoder.encode_descriptor(
            "leader_election_master_status",
            "1 while this replica leads, and 0 while it does not; group by name, which is that of the Lease.",
            None,
            MetricType::Gauge,
        )?;
        for (name, bucket) in buckets.iter() {
            let gauge = ConstGauge::new(i64::from(bucket.is_led_here()));
            gauge.encode(status.encode_family(&label(name))?)?;
        }
        let led = buckets.values().filter(|bucket| bucket.is_led_here()).count();
        let lacking = buckets.values().filter(|bucket| bucket.lacks_leader()).count();
        for (name, help, count) in [
            ("leader_election_buckets_led", "Buckets that this replica leads.", led),
            (
                "leader_election_buckets_without_leader",
                "Buckets that this replica competes for and of which it knows no leader.",
                lacking,
            ),
        ] {
            let gauge = ConstGauge::new(i64::try_from(count).unwrap_or(i64::MAX));
            gauge.encode(encoder.encode_descriptor(name, help, None, MetricType::Gauge)?)?;
        }
        Ok(())
    }
}
