//! The time that this thread worked.

use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

/// Counts the time that the processor spent on this thread, and not that for which others kept it waiting.
///
/// Everything that is measured with it must happen on one thread.
#[derive(Clone, Copy, Debug)]
pub struct Stopwatch(Duration);

impl Stopwatch {
    /// Starts one.
    pub fn start() -> Self {
        Self(now())
    }

    /// Returns the time worked since the start.
    pub fn elapsed(&self) -> Duration {
        now().saturating_sub(self.0)
    }
}

fn now() -> Duration {
    let now = clock_gettime(ClockId::ThreadCPUTime);
    Duration::try_from(now).expect("a thread has not worked for less than nothing")
}
