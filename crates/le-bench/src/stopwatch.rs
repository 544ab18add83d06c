//! The time that a thread worked.

use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

/// Counts the time that the processor spent on this thread, and not that for which others kept it waiting.
#[derive(Clone, Copy, Debug)]
pub struct Stopwatch(Duration);

impl Stopwatch {
    /// Starts one for this thread: everything that is measured must happen on it.
    pub fn of_thread() -> Self {
        Self(now())
    }

    /// Returns the time worked since the start.
    pub fn elapsed(&self) -> Duration {
        now().saturating_sub(self.0)
    }
}

fn now() -> Duration {
    let now = clock_gettime(ClockId::ThreadCPUTime);
    Duration::try_from(now).expect("nobody has worked for less than nothing")
}
