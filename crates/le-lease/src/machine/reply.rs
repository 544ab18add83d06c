//! How the machine takes in what came of its requests.

use le_core::{FencingToken, Moment};

use super::Machine;
use super::event::Event;
use super::flight::{Flight, WriteInFlight};
use super::phase::{Phase, Term};
use super::record::Record;
use super::request::{AttemptId, Purpose, Reply};
use super::sight::{State, WatchState};

impl Machine {
    pub(super) fn take_reply(&mut self, now: Moment, id: AttemptId, reply: Reply) {
        let Some(flight) = self.flight.take_if(|flight| flight.id == id) else { return };
        #[cfg(le_mutants)]
        if self.mutant_believes(now, &flight, Some(&reply)) {
            return;
        }
        match (flight.write, reply) {
            (Some(write), Reply::Written(record)) if self.confirms(write, &record) => {
                self.written(now, &flight, write, record);
            }
            (None, Reply::Found(record)) => self.found(now, flight.sent, record),
            (None, Reply::NotFound) => {
                self.read_done(now);
                self.see_absence(now, flight.sent);
            }
            (Some(write), Reply::NotFound) => {
                self.fail(now, Patience::OnceThenWait);
                // What replaces the newest known state fails only because of a later one.
                let newest = write.base.is_some() && write.base == self.base();
                self.see_absence(now, if newest { Moment::NEVER } else { flight.sent });
            }
            (Some(write), Reply::Conflict) => self.conflict(now, write),
            (_, Reply::Refused) => self.fail(now, Patience::Wait),
            (write, _) => self.unknown(now, write, Patience::Wait),
        }
    }

    /// Takes in that nothing came of an attempt in its time.
    pub(super) fn give_up(&mut self, now: Moment, flight: &Flight) {
        self.events.push_back(Event::Abandon(flight.id));
        #[cfg(le_mutants)]
        if self.mutant_believes(now, flight, None) {
            return;
        }
        // A leader has waited long enough already; a candidate is in no hurry.
        let patience = match self.phase {
            Phase::Leading(_) | Phase::Releasing => Patience::None,
            _ => Patience::Wait,
        };
        self.unknown(now, flight.write, patience);
    }

    /// Tells whether a success answers what was written: anything else may be somebody else's doing.
    fn confirms(&self, write: WriteInFlight, record: &Record) -> bool {
        let holder = (write.purpose != Purpose::Release).then_some(self.identity.as_str());
        record.holder() == holder && record.renewed == Some(write.time)
    }

    fn written(&mut self, now: Moment, flight: &Flight, write: WriteInFlight, record: Record) {
        self.own.answered(write.time);
        let token = FencingToken::new(record.version.get());
        #[cfg(le_mutants)]
        let token = self.mutant_token(token, &record);
        if self.sight.is_news(record.version) {
            self.see_record(now, record);
        }
        if write.purpose == Purpose::Release {
            self.released();
            self.end_release();
        } else {
            self.grant(now, flight, token);
        }
        if matches!(self.phase, Phase::Waiting | Phase::Leading(_)) {
            // However fast somebody undoes it, the next write is not sent at once.
            self.retry_at = self.retry_at.max(flight.sent + self.pace.breather());
        }
    }

    /// Grants what a successful write gives: the next piece of a term, or a new one.
    pub(super) fn grant(&mut self, now: Moment, flight: &Flight, token: FencingToken) {
        let deadline = flight.sent + self.timing.renew_deadline();
        #[cfg(le_mutants)]
        let deadline = self.mutant_deadline(now, deadline);
        let still_mine = self.sight.record().is_some_and(|record| self.is_mine(record));
        #[cfg(le_mutants)]
        let still_mine = self.mutant_reopens(flight, still_mine);
        if flight.epoch != self.epoch || now >= deadline || !still_mine {
            return;
        }
        self.failures = 0;
        self.unanswered = 0;
        self.retry_at = now;
        match &mut self.phase {
            Phase::Leading(term) => {
                term.deadline = deadline;
                term.renew_at = flight.sent + self.pace.retry_period();
                self.events.push_back(Event::Renewed { deadline });
            }
            Phase::Waiting => {
                if flight.sent < self.claim_at {
                    // The holder of a deleted Lease was seen while this one was made: it is only kept until their time is over.
                } else if flight.sent < self.lead_from {
                    self.claim_at = self.lead_from.min(flight.sent + self.pace.retry_period());
                } else {
                    self.begin_term(flight.sent, token, deadline);
                }
            }
            Phase::Draining | Phase::Releasing | Phase::Finished => {}
        }
    }

    fn begin_term(&mut self, sent: Moment, token: FencingToken, deadline: Moment) {
        self.lead_from = Moment::ORIGIN;
        self.claim_at = Moment::ORIGIN;
        self.phase = Phase::Leading(Term {
            token,
            deadline,
            renew_at: sent + self.pace.first_renewal(),
            uid: self.sight.record().map(|record| record.uid.clone()).unwrap_or_default(),
            winding_down: false,
        });
        self.events.push_back(Event::Lead { token, deadline });
    }

    fn found(&mut self, now: Moment, sent: Moment, record: Record) {
        let known = self.sight.record().map(|record| record.version);
        self.read_done(now);
        if self.sight.is_news(record.version) {
            self.see_record(now, record);
        } else if known == Some(record.version) {
            self.sight.confirm(now);
        } else if self.sight.is_older_than(sent) {
            self.see_record(now, record);
        }
    }

    /// Takes in that a read was answered: whatever was doubtful before it was sent is so no more.
    fn read_done(&mut self, now: Moment) {
        self.read_at = now + self.pace.poll();
        if self.doubt
            && let Phase::Leading(term) = &mut self.phase
        {
            term.renew_at = now;
        }
        self.doubt = false;
    }

    fn conflict(&mut self, now: Moment, write: WriteInFlight) {
        self.fail(now, Patience::OnceThenWait);
        if self.has_moved_on(write) {
            self.hurry(now);
            return;
        }
        self.doubt = true;
        self.read_at = match (&self.phase, self.watch) {
            // Somebody else took the Lease, and the watch is about to tell.
            (Phase::Waiting, WatchState::Up) => now + self.pace.poll(),
            _ => now,
        };
    }

    fn unknown(&mut self, now: Moment, write: Option<WriteInFlight>, patience: Patience) {
        #[cfg(le_mutants)]
        let write = self.mutant_forgets(write);
        self.fail(now, patience);
        self.read_at = now;
        if let Some(write) = write {
            if write.purpose != Purpose::Release {
                self.unanswered = self.unanswered.saturating_add(1);
            }
            // It may have been applied, or may be later: nothing is claimed from it, and the Lease is read before the next write,
            // unless it was seen since.
            if self.has_moved_on(write) {
                self.hurry(now);
            } else {
                self.doubt = true;
            }
        }
    }

    /// Tells whether the Lease was seen in a later state than the one that a write was computed from: then that write was
    /// applied already or never will be.
    fn has_moved_on(&self, write: WriteInFlight) -> bool {
        match (&self.sight.state, write.base) {
            (State::Present(record), Some(base)) => record.version > base,
            (State::Present(_), None) => true,
            (State::Absent, Some(_)) => true,
            (State::Absent, None) | (State::Unknown, _) => false,
        }
    }

    /// A leader whose renewal came to nothing renews as soon as it may.
    fn hurry(&mut self, now: Moment) {
        if let Phase::Leading(term) = &mut self.phase {
            term.renew_at = now;
        }
    }

    fn fail(&mut self, now: Moment, patience: Patience) {
        self.failures = self.failures.saturating_add(1);
        #[cfg(le_mutants)]
        let patience = if self.is_mutant(super::Mutant::NoBackoff) { Patience::None } else { patience };
        self.retry_at = match patience {
            Patience::None => now,
            Patience::OnceThenWait if self.failures == 1 => now,
            Patience::OnceThenWait => now + self.pace.backoff(self.failures - 1),
            Patience::Wait => now + self.pace.backoff(self.failures),
        };
    }
}

/// How long to wait after a failure.
#[derive(Clone, Copy, Debug)]
enum Patience {
    /// Not at all: the attempt itself took its time.
    None,
    /// Not after the first failure in a row.
    OnceThenWait,
    /// Longer with each failure in a row.
    Wait,
}
