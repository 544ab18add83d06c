//! What happens to a candidate, told to observers and to the log. Where there are no observers, these cost a branch.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use le_config::{HolderIdentity, LeaseName};
use le_core::{Clock, FailReason, FencingToken, Leadership, Moment, Observed, Observers, StopReason, Won};
use tracing::Span;

use super::candidate::Candidate;
use super::error::LeaseError;
use super::term_log::TermLog;
use crate::{Machine, Notice, Purpose, Record, Reply, Request, Version};

/// A candidate's line to observers, and what it has to remember to tell them.
#[derive(Debug)]
pub(super) struct Observing {
    observed: Observed,
    /// The Lease that was last seen; `None` before the first time.
    seen: Option<Option<Version>>,
    /// What the Lease was when this candidate last tried to take it.
    won: Option<Won>,
    /// How long the last request took that was answered.
    latency: Duration,
    /// What the end of the present term may have to be explained with.
    term: Option<Box<TermLog>>,
    lease: LeaseName,
    /// What the work of the term has in hand, until it has drained.
    leadership: Option<Leadership>,
}

impl Observing {
    pub(super) fn new(
        observers: &Observers,
        lease: &LeaseName,
        identity: &HolderIdentity,
        clock: &Arc<dyn Clock>,
    ) -> Self {
        let observed = observers.candidate(lease.as_str(), identity.clone(), Arc::clone(clock));
        let (term, lease) = (None, lease.clone());
        Self { observed, seen: None, won: None, latency: Duration::ZERO, term, lease, leadership: None }
    }

    /// Takes in that the loop is about to wait.
    pub(super) fn turned(&self, now: Moment, wake: Option<Moment>) {
        self.observed.turned(now, wake);
    }

    /// Takes in that the machine may have seen another state of the Lease.
    pub(super) fn looked(&mut self, machine: &Machine) {
        if !self.observed.is_on() {
            return;
        }
        let Some(lease) = machine.lease() else { return };
        let version = lease.map(|record| record.version);
        if self.seen != Some(version) {
            self.seen = Some(version);
            self.observed.leader_seen(lease.and_then(Record::holder));
        }
    }

    /// Takes in a request that is about to be sent; `leads` tells whether it is a leader's.
    pub(super) fn sends(&mut self, request: &Request, leads: bool, machine: &Machine) {
        if !self.observed.is_on() {
            return;
        }
        match request {
            Request::Get if leads => self.observed.slow_path(),
            Request::Create(write) if write.purpose == Purpose::Acquire => self.won = Some(Won::Created),
            Request::Update { write, .. } if write.purpose == Purpose::Acquire => {
                let own = write.holder.as_ref().map(HolderIdentity::as_str);
                self.won = match machine.lease().flatten() {
                    // An earlier write of this term arrived, and was not answered or did not grant it yet.
                    Some(record) if record.holder().is_some() && record.holder() == own => {
                        self.won.or(Some(Won::Expired))
                    }
                    Some(record) => Some(how(record)),
                    None => Some(Won::Created),
                };
            }
            _ => {}
        }
    }

    /// Takes in that a request was answered after `latency`. What the answer says goes wrong is told by [`failed`](Self::failed),
    /// unless it is but that somebody else was first.
    pub(super) fn answered(&mut self, latency: Duration, reply: &Reply, writes: bool) {
        self.latency = latency;
        if *reply == Reply::Conflict || (writes && *reply == Reply::NotFound) {
            self.observed.attempt_failed(FailReason::Conflict, latency);
            self.attempted(&"somebody else wrote first", latency);
        }
    }

    fn attempted(&mut self, what: &dyn fmt::Display, latency: Duration) {
        if let Some(term) = &mut self.term {
            term.failed(what, latency);
        }
    }

    pub(super) fn failed(&mut self, error: &LeaseError, latency: Duration) {
        self.attempted(error, latency);
        self.observed.attempt_failed(error.reason(), latency);
    }

    pub(super) fn leads(
        &mut self,
        now: Moment,
        token: FencingToken,
        deadline: Moment,
        leadership: Leadership,
    ) {
        tracing::info!(fencing_token = token.get(), "leading lease {:?}", self.lease);
        self.term = Some(Box::new(TermLog::new(token, now, deadline)));
        if self.observed.is_on() {
            self.leadership = Some(leadership);
            self.observed.began(token, self.won.take().unwrap_or(Won::Free), deadline);
        }
    }

    pub(super) fn renewed(&mut self, now: Moment, deadline: Moment) {
        if let Some(term) = &mut self.term {
            term.renewed(now, deadline);
        }
        self.observed.renewed(now, self.latency, deadline);
    }

    pub(super) fn winds_down(&mut self) {
        self.observed.drain_began();
    }

    pub(super) fn ends(&mut self, now: Moment, reason: StopReason, machine: &Machine) {
        if let Some(term) = self.term.take() {
            term.ends(now, reason, &self.lease, machine.holder(), machine.identity());
        }
        self.observed.stopped(reason);
        // These two end terms whose work has ended, or did not begin.
        if !matches!(reason, StopReason::ToldToStop | StopReason::PromotionFailed) {
            self.observed.drain_began();
        }
    }

    /// Takes in that the work of the term has ended.
    pub(super) fn drained(&mut self) {
        if let Some(leadership) = self.leadership.take() {
            self.observed.drain_ended(&leadership);
        }
    }

    pub(super) fn noticed(&mut self, notice: &Notice) {
        if let Some(term) = &mut self.term {
            term.noticed(notice);
        }
        self.observed.odd(notice);
    }

    pub(super) fn finished(&mut self) {
        self.observed.finished();
    }
}

/// What everything that is logged about the election of a bucket belongs to.
pub(super) fn span(candidate: &Candidate) -> Span {
    let (namespace, lease) = (&*candidate.leases.namespace, candidate.lease.as_str());
    let identity = candidate.machine.identity();
    tracing::info_span!(
        "election",
        k8s.namespace.name = namespace,
        k8s.lease.name = lease,
        holder.identity = identity
    )
}

/// How a Lease is won that was like this.
fn how(record: &Record) -> Won {
    match record.holder() {
        Some(_) => Won::Expired,
        // Whoever frees a Lease leaves the time of that in it.
        None if record.renewed.is_none() && record.transitions() == 0 => Won::Free,
        None => Won::Released,
    }
}
