//! How terms, drains and releases end.

use le_core::{Moment, StopReason};

use super::Machine;
use super::event::{Event, Notice};
use super::phase::Phase;
use super::sight::State;

/// So many writes in a row that arrive without an answer are bad luck; more are a way to lead that does not work.
const MOST_UNANSWERED: u32 = 2;

impl Machine {
    /// Takes in everything that is due by now. The deadline comes first: whatever else is late is then too late.
    pub(super) fn tick(&mut self, now: Moment) {
        if matches!(&self.phase, Phase::Leading(term) if term.deadline <= now) {
            self.end_term(now, StopReason::DeadlinePassed);
        }
        if let Some(flight) = self.flight.take_if(|flight| flight.give_up <= now) {
            self.give_up(now, &flight);
        }
        if self.drain_until <= now {
            self.drain_is_over();
        }
        if matches!(self.phase, Phase::Releasing) && self.release_until <= now {
            self.events.push_back(Event::Notice(Notice::NotReleased));
            self.end_release();
        }
    }

    /// Begins to stop, in whatever phase.
    pub(super) fn begin_stop(&mut self, now: Moment) {
        self.stopped = true;
        #[cfg(le_mutants)]
        if self.mutant_releases(now) {
            return;
        }
        match &mut self.phase {
            Phase::Leading(term) => {
                term.winding_down = true;
                self.drain_until = now + self.options.drain_bound;
                self.events.push_back(Event::WindDown);
            }
            Phase::Waiting => self.begin_release(now),
            Phase::Draining if self.overdue => self.finish(),
            Phase::Draining | Phase::Releasing | Phase::Finished => {}
        }
    }

    /// Ends the term, if there is one: the right is gone, the work has to drain.
    pub(super) fn end_term(&mut self, now: Moment, reason: StopReason) {
        let Phase::Leading(term) = &self.phase else { return };
        if !term.winding_down {
            self.drain_until = now + self.options.drain_bound;
        }
        self.phase = Phase::Draining;
        self.epoch += 1;
        self.events.push_back(Event::End { reason });
        if self.stopped && self.overdue {
            self.finish();
        }
    }

    /// Takes in that the work has ended.
    pub(super) fn end_drain(&mut self, now: Moment) {
        if matches!(&self.phase, Phase::Leading(term) if term.winding_down) {
            self.end_of_work();
            self.end_term(now, StopReason::ToldToStop);
        }
        if matches!(self.phase, Phase::Draining) {
            if self.stopped {
                self.begin_release(now);
            } else {
                self.end_of_work();
                self.phase = Phase::Waiting;
            }
        }
    }

    /// Takes in that the work gives the leadership up.
    pub(super) fn step_down(&mut self, now: Moment, reason: StopReason) {
        self.end_of_work();
        self.end_term(now, reason);
        if matches!(self.phase, Phase::Waiting | Phase::Draining) {
            self.begin_release(now);
        }
    }

    /// Begins to give the Lease back, if it is or may be one's own.
    pub(super) fn begin_release(&mut self, now: Moment) {
        self.end_of_work();
        self.phase = Phase::Releasing;
        self.epoch += 1;
        self.release_until = now + self.timing.renew_deadline();
        self.failures = 0;
        self.retry_at = now;
        if let Some(read) = self.flight.take_if(|flight| flight.write.is_none()) {
            self.events.push_back(Event::Abandon(read.id));
        }
        if self.doubt {
            self.read_at = now;
        }
    }

    /// Gives way to others where one's own writes arrive and their answers do not: such a replica would hold the Lease by writing
    /// it again and again, and never lead. It frees the Lease, and competes again a little later each time.
    fn give_way(&mut self, now: Moment) {
        let held =
            self.sight.record().is_some_and(|record| self.is_mine(record) && self.own.is_unanswered(record));
        let idle = self.flight.is_none() && !self.doubt && now >= self.claim_at.max(self.lead_from);
        if matches!(self.phase, Phase::Waiting) && held && idle && self.unanswered >= MOST_UNANSWERED {
            let times = 1_u32 << (self.unanswered - MOST_UNANSWERED).min(16);
            let wait = self.pace.breather().saturating_mul(2).saturating_mul(times);
            self.compete_at = now + wait.min(self.timing.lease_duration());
            self.begin_release(now);
        }
    }

    /// Ends a release that has nothing left to free: a successor's Lease is left alone.
    pub(super) fn settle(&mut self, now: Moment) {
        self.give_way(now);
        if !matches!(self.phase, Phase::Releasing) || self.flight.is_some() || self.doubt {
            return;
        }
        let record = match &self.sight.state {
            State::Present(record) => record,
            State::Absent | State::Unknown => return self.end_release(),
        };
        if !self.is_mine(record) {
            // A release of unknown outcome that was applied is known by its time.
            if self.own.made(self.identity.as_str(), record) {
                self.released();
            }
            self.end_release();
        } else if now < self.claim_at.max(self.lead_from) {
            // It was only kept, never led, because another may still lead under a deleted one: to free it would let the next in.
            self.events.push_back(Event::Notice(Notice::NotReleased));
            self.end_release();
        }
    }

    pub(super) fn released(&mut self) {
        self.events.push_back(Event::Released);
    }

    /// Ends the release, successful or not: competes again, or has finished.
    pub(super) fn end_release(&mut self) {
        self.release_until = Moment::NEVER;
        if self.stopped {
            self.finish();
        } else {
            self.phase = Phase::Waiting;
        }
    }

    /// Takes in that the work has outlasted its drain bound.
    fn drain_is_over(&mut self) {
        self.drain_until = Moment::NEVER;
        self.overdue = true;
        let bound = self.options.drain_bound;
        match &self.phase {
            // The right is not renewed any longer, and runs out.
            Phase::Leading(_) => self.events.push_back(Event::Notice(Notice::DrainOverran { bound })),
            // Nothing may be released while the work runs: the Lease runs out.
            Phase::Draining if self.stopped => self.finish(),
            Phase::Draining => self.events.push_back(Event::Notice(Notice::StillDraining { bound })),
            Phase::Waiting | Phase::Releasing | Phase::Finished => {}
        }
    }

    fn end_of_work(&mut self) {
        self.drain_until = Moment::NEVER;
        self.overdue = false;
    }

    fn finish(&mut self) {
        if let Some(flight) = self.flight.take() {
            self.events.push_back(Event::Abandon(flight.id));
        }
        self.end_of_work();
        self.phase = Phase::Finished;
        self.events.push_back(Event::Finished);
    }
}
