//! The time that was worked.

use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

/// Counts the time that the processor spent on this thread, or on this process, and not that for which others kept it waiting.
#[derive(Clone, Copy, Debug)]
pub struct Stopwatch {
    clock: ClockId,
    start: Duration,
}

impl Stopwatch {
    /// Starts one for this thread: everything that is measured must happen on it.
    pub fn of_thread() -> Self {
        Self::of(ClockId::ThreadCPUTime)
    }

    /// Starts one for all threads of this process.
    pub fn of_process() -> Self {
        Self::of(ClockId::ProcessCPUTime)
    }

    fn of(clock: ClockId) -> Self {
        Self { clock, start: now(clock) }
    }

    /// Returns the time worked since the start.
    pub fn elapsed(&self) -> Duration {
        now(self.clock).saturating_sub(self.start)
    }
}

fn now(clock: ClockId) -> Duration {
    Duration::try_from(clock_gettime(clock)).expect("nobody has worked for less than nothing")
}
