//! What both forms of election stand on: candidates that run, and the pace at which failed work is tried again.

use std::sync::Arc;
use std::time::Duration;

use le_config::{HolderIdentity, LeaseName, Timing};
use le_core::{Bucket, Clock, Observers, PromoteError, StopReason};
use tokio_util::sync::CancellationToken;

use super::candidate::{Candidate, Handle};
use super::clock::SystemClock;
use super::leases::Leases;
use super::observing::Observing;
use super::rate::Rate;
use super::report::{FailureLog, Reporter};
use super::watch::SharedWatch;
use crate::{Machine, Options};

/// All that candidates of one identity need to know.
pub(super) struct Candidacy {
    pub(super) identity: HolderIdentity,
    pub(super) timing: Timing,
    pub(super) options: Options,
    pub(super) seed: u64,
    pub(super) leases: Leases,
    pub(super) clock: SystemClock,
    pub(super) rate: Rate,
    pub(super) watch: SharedWatch,
    pub(super) reporter: Reporter,
    pub(super) observers: Observers,
}

impl Candidacy {
    /// Starts one candidate for each bucket, whose name is that of its Lease.
    pub(super) fn start(
        &self,
        elections: Vec<(LeaseName, Bucket)>,
        stop: &CancellationToken,
    ) -> Vec<Campaign> {
        let watches = self.watch.subscribe(elections.iter().map(|(lease, _)| lease.clone()));
        let seeds = (0..).map(|index: u64| self.seed.wrapping_add(index));
        let clock: Arc<dyn Clock> = Arc::new(self.clock.clone());
        let candidates = elections.into_iter().zip(watches).zip(seeds);
        candidates
            .map(|(((lease, bucket), watch), seed)| {
                let log = FailureLog::new(self.reporter.clone(), lease.clone());
                let machine =
                    Machine::with_options(self.timing, self.identity.clone(), seed, self.options.clone());
                let (leases, clock, stop) = (self.leases.clone(), Arc::clone(&clock), stop.clone());
                let observing = Observing::new(&self.observers, &lease, &self.identity, &clock);
                let candidate = Candidate {
                    log: FailureLog::new(self.reporter.clone(), lease.clone()),
                    lease,
                    bucket,
                    machine,
                    leases,
                    clock,
                    rate: self.rate.clone(),
                    grid: grid(self.timing),
                    watch,
                    stop,
                    observing,
                };
                Campaign { candidate: candidate.spawn(), timing: self.timing, log, failures: 0 }
            })
            .collect()
    }
}

/// The renewals of a process go out in small groups, so many of them in a retry period.
const GROUPS: u32 = 32;

/// How far the groups lie apart.
fn grid(timing: Timing) -> Duration {
    timing.retry_period() / GROUPS
}

/// The election of one bucket, as those who do the work see it: term after term.
pub(super) struct Campaign {
    pub(super) candidate: Handle,
    timing: Timing,
    log: FailureLog,
    /// How many times in a row the work could not be done.
    failures: u32,
}

impl Campaign {
    /// Takes in that the work of the term has ended.
    pub(super) fn succeeded(&mut self) {
        self.failures = 0;
        self.candidate.drained();
    }

    /// Takes in that the work could not be done: gives the Lease back, and waits longer with each time in a row, from the retry
    /// period up to the lease duration.
    pub(super) fn failed(&mut self, error: PromoteError) {
        let cooldown = self.timing.retry_period().saturating_mul(2_u32.pow(self.failures.min(16)));
        self.failures = self.failures.saturating_add(1);
        self.candidate.step_down(StopReason::PromotionFailed, cooldown.min(self.timing.lease_duration()));
        self.log.promotion_failed(error);
    }
}
