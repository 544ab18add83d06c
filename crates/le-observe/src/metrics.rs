//! What Prometheus scrapes.

mod families;
mod now;
mod series;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use le_core::{AttemptFailed, Began, Candidate, Drained, LeaderSeen, Life, Observer, Renewed, Stopped};
use prometheus_client::registry::Registry;

use families::Families;
use now::{Now, Present};
use series::Series;

/// The metrics of the elections of a process. Cheap to clone.
///
/// All of them, their labels and their number are listed where this [crate](crate) begins.
#[derive(Clone)]
pub struct Metrics(Arc<Inner>);

struct Inner {
    families: Families,
    /// Of the candidates that run.
    series: Mutex<BTreeMap<Candidate, Series>>,
    now: Arc<Now>,
}

impl Metrics {
    /// Registers the metrics. Those without labels are there from here on, the others from when a candidate begins.
    ///
    /// `registry` should have no prefix, or client-go's metrics get another name than theirs.
    #[must_use = "they show nothing until they observe"]
    pub fn register(registry: &mut Registry) -> Self {
        let families = Families::register(registry);
        let now = Arc::new(Now::default());
        registry.register_collector(Box::new(Present(Arc::clone(&now))));
        Self(Arc::new(Inner { families, series: Mutex::default(), now }))
    }

    /// Gives the series of a candidate, which were made when it began, unless that fact was dropped.
    fn of<T>(&self, candidate: &Candidate, act: impl FnOnce(&Series) -> T) -> T {
        let mut series = self.series();
        if let Some(series) = series.get(candidate) {
            return act(series);
        }
        self.0.now.joined(candidate);
        let new = || self.0.families.series(candidate.bucket());
        act(series.entry(candidate.clone()).or_insert_with(new))
    }

    fn series(&self) -> MutexGuard<'_, BTreeMap<Candidate, Series>> {
        self.0.series.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Observer for Metrics {
    fn joined(&self, candidate: &Candidate) {
        self.of(candidate, |_| {});
    }

    fn left(&self, candidate: &Candidate) {
        self.series().remove(candidate);
    }

    fn began(&self, candidate: &Candidate, term: &Began) {
        self.of(candidate, |series| {
            series.begun(term.won).inc();
            series.renewed_at.set(unix_now());
            if let Some(vacant) = term.vacant {
                series.handovers.observe(vacant.as_secs_f64());
            }
        });
    }

    fn stopped(&self, candidate: &Candidate, term: &Stopped) {
        self.of(candidate, |series| series.ended(term.reason).inc());
    }

    fn renewed(&self, candidate: &Candidate, renewal: &Renewed) {
        self.of(candidate, |series| {
            series.renewed_at.set(unix_now());
            series.renewals.observe(renewal.latency.as_secs_f64());
            series.margins.observe(renewal.margin.as_secs_f64());
        });
    }

    fn attempt_failed(&self, candidate: &Candidate, attempt: &AttemptFailed) {
        self.of(candidate, |series| series.failed(attempt.reason).inc());
    }

    fn slow_path(&self, candidate: &Candidate) {
        self.of(candidate, |series| series.slow_path.inc());
    }

    fn leader_seen(&self, candidate: &Candidate, leader: &LeaderSeen) {
        self.of(candidate, |_| {});
        self.0.now.leader(candidate, leader.identity.is_some());
    }

    fn drain_ended(&self, candidate: &Candidate, drain: &Drained) {
        self.of(candidate, |series| series.drains.observe(drain.took.as_secs_f64()));
    }

    fn watch_lost(&self, _: &str) {
        self.0.families.watches_lost.inc();
    }

    fn watch_regained(&self, _: &str) {
        self.0.families.watches_regained.inc();
    }

    fn missed(&self, facts: u64) {
        // The end of a candidate may be among them.
        self.series().retain(|candidate, _| candidate.pulse().life() == Life::Running);
        self.0.families.facts_missed.inc_by(facts);
    }
}

/// The wall clock, for people to read.
fn unix_now() -> f64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO).as_secs_f64()
}

impl fmt::Debug for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Metrics").field("now", &self.0.now).finish_non_exhaustive()
    }
}
