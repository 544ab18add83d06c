//! The table of timers.

use le_core::Moment;

/// What there is to wait for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Timer {
    /// When to write next: to acquire, renew or release, as the phase says.
    Write,
    /// When to read the Lease.
    Read,
    /// When to give up on the request that is under way.
    Attempt,
    /// When the right to lead ends.
    Deadline,
    /// When to stop waiting for work that drains.
    Drain,
    /// When to stop trying to give the Lease back.
    Release,
}

const COUNT: usize = 6;

/// The timers that are set.
#[derive(Clone, Debug, Default)]
pub(crate) struct Timers([Option<Moment>; COUNT]);

impl Timers {
    pub(crate) fn set(&mut self, timer: Timer, at: Option<Moment>) {
        self.0[timer as usize] = at;
    }

    pub(crate) fn is_due(&self, timer: Timer, now: Moment) -> bool {
        self.0[timer as usize].is_some_and(|at| at <= now)
    }

    /// Stops a timer that is due, and tells whether it was.
    pub(crate) fn fire(&mut self, timer: Timer, now: Moment) -> bool {
        let due = self.is_due(timer, now);
        if due {
            self.set(timer, None);
        }
        due
    }

    /// The earliest moment at which one of them is due.
    pub(crate) fn next(&self) -> Option<Moment> {
        self.0.iter().flatten().min().copied().filter(|at| *at != Moment::NEVER)
    }
}
