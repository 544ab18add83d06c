//! The only place that reads a clock.
#![expect(clippy::disallowed_methods, reason = "this is the one place that reads the clock")]

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use le_core::{Clock, Moment};

use crate::WriteTime;

/// Suspensions shorter than this are noise of reading two clocks one after the other.
const NOISE: Duration = Duration::from_millis(100);

/// The clock of this process, which goes on while the machine is suspended.
///
/// It is tokio's clock, so that a paused one in a test works, plus the time that the machine spent suspended, which the
/// operating system keeps apart.
#[derive(Clone, Debug)]
pub(crate) struct SystemClock {
    origin: tokio::time::Instant,
    suspended_before: Duration,
}

impl SystemClock {
    pub(crate) fn new() -> Self {
        Self { origin: tokio::time::Instant::now(), suspended_before: suspended() }
    }
}

impl Clock for SystemClock {
    fn now(&self) -> Moment {
        let running = tokio::time::Instant::now().saturating_duration_since(self.origin);
        let suspended = suspended().saturating_sub(self.suspended_before);
        Moment::ORIGIN + running + if suspended < NOISE { Duration::ZERO } else { suspended }
    }
}

/// The time to write into a Lease, for people to read.
pub(crate) fn wall() -> WriteTime {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    WriteTime::from_micros(i64::try_from(since.as_micros()).unwrap_or(i64::MAX))
}

/// How long the machine has been suspended since it booted: what `CLOCK_BOOTTIME` counts and `CLOCK_MONOTONIC` does not.
#[cfg(any(target_os = "linux", target_os = "android"))]
fn suspended() -> Duration {
    use rustix::time::{ClockId, clock_gettime};
    let read = |clock| Duration::try_from(clock_gettime(clock)).unwrap_or_default();
    // A pause between the two readings would count as a suspension, so that is looked for, and the reading done again.
    for _ in 0..8 {
        let before = read(ClockId::Monotonic);
        let boot = read(ClockId::Boottime);
        if read(ClockId::Monotonic).saturating_sub(before) < NOISE / 10 {
            return boot.saturating_sub(before);
        }
    }
    // Paused eight times in a row: too long is the safe side, for it ends a leadership early.
    read(ClockId::Boottime).saturating_sub(read(ClockId::Monotonic)) + NOISE
}

/// Elsewhere the two clocks cannot be told apart.
#[cfg(not(any(target_os = "linux", target_os = "android")))]
fn suspended() -> Duration {
    Duration::ZERO
}
