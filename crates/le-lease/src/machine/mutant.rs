//! Known bugs of other electors, and rules left out: to be switched on, one at a time, to see that the tests find them.
//!
//! This file is in builds with `--cfg le_mutants` only, which no feature turns on.

use std::time::Duration;

use le_core::{FencingToken, Moment, StopReason};

use super::flight::{Flight, WriteInFlight};
use super::phase::Phase;
use super::{Machine, Purpose, Record, Reply, Version, WriteTime};

/// One way in which the machine can be broken on purpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Mutant {
    /// The right counts from the reply, not from the request (client-go).
    DeadlineFromReply,
    /// On a stop the Lease is given back while the work still drains (client-go, Knative).
    ReleaseBeforeDrain,
    /// A release is sent without a resourceVersion (kube-lease-manager).
    ReleaseWithoutVersion,
    /// The holder of a Lease that was deleted is not waited out.
    NoWaitForDeleted,
    /// The time in the Lease is compared with one's own clock (kubert, fabric8, kube-lease-manager).
    LeaseTimeByOwnClock,
    /// One's own lease duration counts, not that of the holder (kube-coordinate, the Java client).
    OwnDuration,
    /// A success that comes after the deadline begins or renews a term (client-go).
    LateSuccessCounts,
    /// A write of unknown outcome is taken for one that failed.
    UnknownIsFailed,
    /// A write of unknown outcome is taken for one that was applied.
    UnknownIsDone,
    /// The fencing token is `leaseTransitions`, which begins anew with a Lease that was deleted.
    TokenFromTransitions,
    /// Another holder is seen, and the term goes on until its deadline (client-go).
    LossIgnored,
    /// A conflict is taken for a success.
    ConflictIsSuccess,
    /// A reply that comes after its term has ended begins another.
    ReplyReopensTerm,
    /// Whatever carries one's own identity is one's own (all peers).
    SameIdentityIsOwn,
    /// A held Lease without a usable duration may be taken at once (client-go).
    MissingDurationIsZero,
    /// Only a change of the record restarts the wait, with times cut to seconds, and not each new version (client-go).
    RecordsNotVersions,
    /// `leaseTransitions` grows past the top of its range (client-go).
    TransitionsOverflow,
    /// An attempt is never given up (client-go, while it acquires).
    NoAttemptTimeout,
    /// A failure is followed by the next attempt at once.
    NoBackoff,
    /// The right ends when a timer says so, not by itself (client-go).
    RightOutlivesClock,
}

/// What the wall clock showed, and when.
pub(super) type Looked = (Moment, i64);

impl Machine {
    pub(super) fn is_mutant(&self, mutant: Mutant) -> bool {
        self.options.mutant == Some(mutant)
    }

    pub(super) fn look(&mut self, now: Moment, wall: WriteTime) {
        self.looked = (now, wall.as_micros());
    }

    pub(super) fn mutant_clock(&self, now: Moment) -> Moment {
        if self.is_mutant(Mutant::RightOutlivesClock) { Moment::ORIGIN } else { now }
    }

    /// Takes an outcome for a success that is none, and tells whether it did.
    pub(super) fn mutant_believes(&mut self, now: Moment, flight: &Flight, reply: Option<&Reply>) -> bool {
        let believes = match reply {
            Some(Reply::Conflict) => self.is_mutant(Mutant::ConflictIsSuccess),
            Some(Reply::Unknown) | None => self.is_mutant(Mutant::UnknownIsDone),
            _ => false,
        };
        let Some(write) = flight.write.filter(|_| believes) else { return false };
        let token = FencingToken::new(write.base.unwrap_or_default().get() + 1);
        match write.purpose {
            Purpose::Release => self.end_release(),
            _ => self.grant(now, flight, token),
        }
        true
    }

    pub(super) fn mutant_token(&self, token: FencingToken, record: &Record) -> FencingToken {
        let transitions = u64::from(record.transitions().unsigned_abs());
        if self.is_mutant(Mutant::TokenFromTransitions) { FencingToken::new(transitions) } else { token }
    }

    pub(super) fn mutant_deadline(&self, now: Moment, deadline: Moment) -> Moment {
        let late = now >= deadline && self.is_mutant(Mutant::LateSuccessCounts);
        let later = late || self.is_mutant(Mutant::DeadlineFromReply);
        if later { now + self.timing.renew_deadline() } else { deadline }
    }

    /// Lets a reply count whose term has ended; tells whether the Lease counts as one's own.
    pub(super) fn mutant_reopens(&mut self, flight: &Flight, still_mine: bool) -> bool {
        if self.is_mutant(Mutant::ReplyReopensTerm) {
            self.epoch = flight.epoch;
            if matches!(self.phase, Phase::Releasing) {
                self.phase = Phase::Waiting;
            }
        }
        still_mine || self.is_mutant(Mutant::UnknownIsDone) || self.is_mutant(Mutant::ConflictIsSuccess)
    }

    pub(super) fn mutant_forgets(&self, write: Option<WriteInFlight>) -> Option<WriteInFlight> {
        write.filter(|_| !self.is_mutant(Mutant::UnknownIsFailed))
    }

    pub(super) fn mutant_give_up(&self, now: Moment, give_up: Moment) -> Moment {
        match self.options.mutant {
            Some(Mutant::NoAttemptTimeout) => Moment::NEVER,
            Some(Mutant::LateSuccessCounts) => now + self.timing.lease_duration() * 2,
            _ => give_up,
        }
    }

    pub(super) fn mutant_write(
        &self,
        purpose: Purpose,
        base: Option<Version>,
        transitions: i32,
    ) -> (Option<Version>, i32) {
        let top = self.sight.record().is_some_and(|record| record.transitions() == i32::MAX);
        match self.options.mutant {
            Some(Mutant::ReleaseWithoutVersion) if purpose == Purpose::Release => {
                (base.map(|_| Version::default()), transitions)
            }
            Some(Mutant::TransitionsOverflow) if purpose == Purpose::Acquire && top => (base, i32::MIN),
            _ => (base, transitions),
        }
    }

    pub(super) fn mutant_releases(&mut self, now: Moment) -> bool {
        let releases = self.is_mutant(Mutant::ReleaseBeforeDrain);
        if releases {
            self.end_term(now, StopReason::ToldToStop);
            self.begin_release(now);
        }
        releases
    }

    pub(super) fn mutant_owns(&self, record: &Record) -> Option<bool> {
        let twin = record.holder() == Some(self.identity.as_str());
        self.is_mutant(Mutant::SameIdentityIsOwn).then_some(twin)
    }

    pub(super) fn mutant_sees_no_change(&self, record: &Record) -> bool {
        let seconds = |record: &Record| record.renewed.map(|time| time.as_micros().div_euclid(1_000_000));
        let same = self.sight.record().is_some_and(|known| {
            (&known.uid, known.holder(), known.duration_seconds, seconds(known))
                == (&record.uid, record.holder(), record.duration_seconds, seconds(record))
        });
        same && self.is_mutant(Mutant::RecordsNotVersions)
    }

    pub(super) fn mutant_hurries(&mut self) {
        if self.is_mutant(Mutant::NoWaitForDeleted) {
            self.claim_at = Moment::ORIGIN;
        }
    }

    pub(super) fn mutant_end_of_claim(&self, now: Moment, record: &Record, wait: Duration) -> Option<Moment> {
        match self.options.mutant? {
            Mutant::OwnDuration => Some(now + self.timing.lease_duration()),
            Mutant::MissingDurationIsZero if record.duration_seconds.is_none() => Some(now),
            Mutant::LeaseTimeByOwnClock => {
                let (at, wall) = self.looked;
                let wall = wall.saturating_add(micros(now.since(at)));
                let renewed = record.renewed.map_or(wall, WriteTime::as_micros);
                let left = renewed.saturating_add(micros(wait)).saturating_sub(wall);
                Some(now + Duration::from_micros(left.max(0).unsigned_abs()))
            }
            _ => None,
        }
    }
}

fn micros(duration: Duration) -> i64 {
    i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)
}
