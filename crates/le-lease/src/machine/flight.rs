//! The one request that is under way.

use le_core::Moment;

use super::Machine;
use super::phase::Phase;
use super::record::{Version, WriteTime};
use super::request::{Attempt, AttemptId, Purpose, Request, Write};
use super::sight::State;
use super::timers::Timer;

/// A request that was handed out and not answered.
#[derive(Clone, Debug)]
pub(crate) struct Flight {
    pub(crate) id: AttemptId,
    pub(crate) sent: Moment,
    pub(crate) give_up: Moment,
    /// The epoch in which it was sent.
    pub(crate) epoch: u64,
    /// `None` for a read.
    pub(crate) write: Option<WriteInFlight>,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct WriteInFlight {
    pub(crate) purpose: Purpose,
    pub(crate) time: WriteTime,
    /// The version that it was computed from; `None` when it creates the Lease.
    pub(crate) base: Option<Version>,
}

impl Machine {
    /// Makes the request whose time has come.
    pub(super) fn take_off(&mut self, now: Moment, wall: WriteTime) -> Option<Attempt> {
        let request = if self.timers.fire(Timer::Read, now) {
            Request::Get
        } else if self.timers.fire(Timer::Write, now) {
            self.next_write(wall)
        } else {
            return None;
        };
        self.attempts += 1;
        let id = AttemptId(self.attempts);
        let give_up = now + self.pace.attempt_timeout();
        #[cfg(le_mutants)]
        let give_up = self.mutant_give_up(now, give_up);
        let write = match &request {
            Request::Get => None,
            Request::Create(write) => {
                Some(WriteInFlight { purpose: write.purpose, time: write.time, base: None })
            }
            Request::Update { base, write } => {
                Some(WriteInFlight { purpose: write.purpose, time: write.time, base: Some(*base) })
            }
        };
        self.flight = Some(Flight { id, sent: now, give_up, epoch: self.epoch, write });
        Some(Attempt { id, request, give_up })
    }

    fn next_write(&mut self, wall: WriteTime) -> Request {
        let purpose = match &self.phase {
            Phase::Leading(_) => Purpose::Renew,
            Phase::Releasing => Purpose::Release,
            Phase::Waiting | Phase::Draining | Phase::Finished => Purpose::Acquire,
        };
        let (base, transitions) = self.transitions_after(purpose);
        #[cfg(le_mutants)]
        let (base, transitions) = self.mutant_write(purpose, base, transitions);
        let releases = purpose == Purpose::Release;
        let write = Write {
            purpose,
            holder: (!releases).then(|| self.identity.clone()),
            // What client-go writes when it releases: one second, since zero is refused.
            duration_seconds: if releases { 1 } else { self.timing.lease_duration_seconds() },
            transitions,
            time: self.own.stamp(wall, releases, base),
        };
        match base {
            Some(base) => Request::Update { base, write },
            None => Request::Create(write),
        }
    }

    /// The count grows by one whenever the holder changes, and stays at the top of its range, which the API server accepts.
    fn transitions_after(&self, purpose: Purpose) -> (Option<Version>, i32) {
        let State::Present(record) = &self.sight.state else { return (None, 0) };
        let changes = purpose == Purpose::Acquire && record.holder() != Some(self.identity.as_str());
        (Some(record.version), record.transitions().saturating_add(i32::from(changes)))
    }
}
