//! The metrics that count facts, with their names.

use std::borrow::Cow;
use std::sync::atomic::AtomicU64;

use le_core::{FailReason, StopReason, Won};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};

use super::series::Series;

pub(super) type Name = [(&'static str, Cow<'static, str>); 1];
type NameAnd = [(&'static str, Cow<'static, str>); 2];
type Histograms = Family<Name, Histogram, fn() -> Histogram>;

/// In seconds. From an API server at rest to the longest that one attempt takes.
const RENEWALS: [f64; 11] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];
/// In seconds. Up to the longest renew deadline in use: Knative's, 40 s.
const MARGINS: [f64; 10] = [0.5, 1.0, 2.0, 4.0, 6.0, 8.0, 10.0, 20.0, 30.0, 40.0];
/// In seconds. From a release that a watch tells to a lease of 60 s that has to run out.
const HANDOVERS: [f64; 10] = [0.05, 0.1, 0.25, 0.5, 1.0, 5.0, 10.0, 20.0, 60.0, 120.0];
/// In seconds. The drain bounds are 20 s and 30 s by default.
const DRAINS: [f64; 10] = [0.05, 0.1, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 30.0, 60.0];

pub(super) struct Families {
    slow_path: Family<Name, Counter>,
    renewed_at: Family<Name, Gauge<f64, AtomicU64>>,
    renewals: Histograms,
    margins: Histograms,
    handovers: Histograms,
    drains: Histograms,
    failed: Family<NameAnd, Counter>,
    begun: Family<NameAnd, Counter>,
    ended: Family<NameAnd, Counter>,
    pub(super) watches_lost: Counter,
    pub(super) watches_regained: Counter,
    pub(super) facts_missed: Counter,
}

impl Families {
    pub(super) fn register(registry: &mut Registry) -> Self {
        let families = Self {
            slow_path: Family::default(),
            renewed_at: Family::default(),
            renewals: Family::new_with_constructor(|| Histogram::new(RENEWALS)),
            margins: Family::new_with_constructor(|| Histogram::new(MARGINS)),
            handovers: Family::new_with_constructor(|| Histogram::new(HANDOVERS)),
            drains: Family::new_with_constructor(|| Histogram::new(DRAINS)),
            failed: Family::default(),
            begun: Family::default(),
            ended: Family::default(),
            watches_lost: Counter::default(),
            watches_regained: Counter::default(),
            facts_missed: Counter::default(),
        };
        families.enter(registry);
        families
    }

    /// Enters all under their names. The registry adds the unit, `_total` to counters, and a full stop to each text.
    fn enter(&self, registry: &mut Registry) {
        registry.register(
            "leader_election_slowpath",
            "How often a leader had to read the Lease before it could write it again",
            self.slow_path.clone(),
        );
        registry.register_with_unit(
            "leader_election_last_renewal_timestamp",
            "Unix time of the last write that began or renewed a term of this replica; 0 before the first",
            Unit::Seconds,
            self.renewed_at.clone(),
        );
        for (name, help, family) in [
            ("renewal_duration", "How long renewals took", &self.renewals),
            (
                "renewal_margin",
                "How long the right to lead would have held on without the renewal",
                &self.margins,
            ),
            (
                "handover_duration",
                "How long before it led this replica had last seen a sign of another leader",
                &self.handovers,
            ),
            ("drain_duration", "How long the work of a term took to wind down", &self.drains),
        ] {
            registry.register_with_unit(
                format!("leader_election_{name}"),
                help,
                Unit::Seconds,
                family.clone(),
            );
        }
        for (name, help, family) in [
            ("attempts_failed", "Requests about the Lease that came to nothing, by reason", &self.failed),
            ("terms_begun", "Terms of this replica that began, by how they were won", &self.begun),
            ("terms_ended", "Terms of this replica that ended, by reason", &self.ended),
        ] {
            registry.register(format!("leader_election_{name}"), help, family.clone());
        }
        for (name, help, counter) in [
            ("watches_lost", "How often the watch of Leases was lost", &self.watches_lost),
            ("watches_regained", "How often the watch of Leases came back", &self.watches_regained),
            (
                "observer_facts_missed",
                "Facts that were dropped because observers were too slow: other metrics lack them",
                &self.facts_missed,
            ),
        ] {
            registry.register(format!("leader_election_{name}"), help, counter.clone());
        }
    }

    /// Makes all series of a bucket, with 0 in them.
    pub(super) fn series(&self, name: &str) -> Series {
        let only = label(name);
        Series {
            slow_path: self.slow_path.get_or_create_owned(&only),
            renewed_at: self.renewed_at.get_or_create_owned(&only),
            renewals: self.renewals.get_or_create_owned(&only),
            margins: self.margins.get_or_create_owned(&only),
            handovers: self.handovers.get_or_create_owned(&only),
            drains: self.drains.get_or_create_owned(&only),
            failed: each(&self.failed, name, "reason", FailReason::ALL, |reason| reason.as_str()),
            begun: each(&self.begun, name, "how", Won::ALL, |how| how.as_str()),
            ended: each(&self.ended, name, "reason", StopReason::ALL, |reason| reason.as_str()),
        }
    }
}

pub(super) fn label(name: &str) -> Name {
    [("name", Cow::Owned(name.to_owned()))]
}

/// Makes one counter for each value of a label.
fn each<K: Copy>(
    family: &Family<NameAnd, Counter>,
    name: &str,
    label: &'static str,
    values: &[K],
    word: impl Fn(K) -> &'static str,
) -> Vec<(K, Counter)> {
    let counter = |value| {
        let labels = [("name", Cow::Owned(name.to_owned())), (label, Cow::Borrowed(word(value)))];
        (value, family.get_or_create_owned(&labels))
    };
    values.iter().copied().map(counter).collect()
}
