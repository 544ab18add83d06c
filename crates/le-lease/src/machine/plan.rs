//! What to wait for next, derived from all that is known.

use le_core::Moment;

use super::Machine;
use super::phase::Phase;
use super::sight::{State, WatchState};
use super::timers::Timer;

impl Machine {
    /// Sets every timer anew from the present state. Nothing is decided here that must be remembered.
    pub(super) fn plan(&mut self) {
        let (write, read) = if self.flight.is_some() { (None, None) } else { self.next_request() };
        self.timers.set(Timer::Write, write);
        self.timers.set(Timer::Read, read);
        self.timers.set(Timer::Attempt, self.flight.as_ref().map(|flight| flight.give_up));
        let (deadline, drain) = match &self.phase {
            Phase::Leading(term) => (Some(term.deadline), term.winding_down),
            Phase::Draining => (None, true),
            Phase::Waiting | Phase::Releasing | Phase::Finished => (None, false),
        };
        self.timers.set(Timer::Deadline, deadline);
        self.timers.set(Timer::Drain, drain.then_some(self.drain_until).filter(|at| *at != Moment::NEVER));
        let releasing = matches!(self.phase, Phase::Releasing);
        self.timers.set(Timer::Release, releasing.then_some(self.release_until));
    }

    /// Tells when to write and when to read.
    fn next_request(&self) -> (Option<Moment>, Option<Moment>) {
        match &self.phase {
            Phase::Draining | Phase::Finished => (None, None),
            Phase::Leading(_) if self.overdue => (None, None),
            _ if self.doubt => (None, Some(self.retry_at.max(self.read_at))),
            Phase::Leading(term) => match self.sight.state {
                State::Present(_) => (Some(self.retry_at.max(term.renew_at)), None),
                // The Lease was deleted under its leader, who makes it anew within the term.
                State::Absent | State::Unknown => (Some(self.retry_at), None),
            },
            Phase::Releasing => (Some(self.retry_at), None),
            Phase::Waiting => self.next_claim(),
        }
    }

    fn next_claim(&self) -> (Option<Moment>, Option<Moment>) {
        let read = self.retry_at.max(self.read_at);
        if matches!(self.sight.state, State::Unknown) {
            return (None, Some(read));
        }
        let claim = self.retry_at.max(self.compete_at).max(self.claim_at);
        // While no watch tells of changes, the Lease is read from time to time, also where one is about to: that may take long.
        (Some(claim), (self.watch != WatchState::Up).then_some(read))
    }
}
