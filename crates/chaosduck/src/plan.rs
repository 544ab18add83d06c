//! What a duck is told.

use std::time::Duration;

use regex::RegexSet;

/// What a duck does, and how often.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "a plan is made by naming what is not as usual")]
pub struct Plan {
    /// What is done to a leader.
    pub mode: Mode,
    /// How long from one round to the next, at the least. 20 s, as in Knative.
    pub period: Duration,
    /// By how many periods more a round may be late, by chance: 2.0 means from one to three periods.
    pub factor: f64,
    /// Ends after one round.
    pub once: bool,
    /// Begins no round after this; `None` goes on until it is stopped.
    pub duration: Option<Duration>,
    /// How long a Lease may be without a holder before it counts as one that never came back. 2 minutes.
    pub bound: Duration,
    /// Only says what it would do.
    pub dry_run: bool,
    /// Components that are left alone, by their names.
    pub disabled: Vec<String>,
    /// Components that are left alone, by patterns that their names match.
    pub disabled_regex: RegexSet,
    /// What chance is drawn from.
    pub seed: u64,
}

/// What is done to a leader.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
#[non_exhaustive]
pub enum Mode {
    /// Its pod is deleted
    #[default]
    Delete,
    /// Its pod is evicted, which a PodDisruptionBudget may refuse
    Evict,
    /// Its Lease is emptied or deleted, by chance
    Lease,
    /// A stranger is written into its Lease, and gives it back
    Steal,
}

impl Default for Plan {
    fn default() -> Self {
        Self {
            mode: Mode::Delete,
            period: Duration::from_secs(20),
            factor: 2.0,
            once: false,
            duration: None,
            bound: Duration::from_secs(120),
            dry_run: false,
            disabled: Vec::new(),
            disabled_regex: RegexSet::empty(),
            // Programs that read JSON may know no greater whole number exactly.
            seed: fastrand::u64(..1 << 53),
        }
    }
}

impl Plan {
    pub(crate) fn spares(&self, component: &str) -> bool {
        self.disabled.iter().any(|name| name == component) || self.disabled_regex.is_match(component)
    }
}
