//! The only place that reads a clock.
#![expect(clippy::disallowed_methods, reason = "this is the one place that reads the clock")]

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use le_core::{Clock, Moment};

use crate::WriteTime;

/// Suspensions shorter than this are noise of reading two clocks one after the other.
const NOISE: Duration = Duration::from_millis(100);

/// The clock of this process, which goes on while the machine is suspended.
///
/// It is one reading of the system's clock, since work asks it before each of its acts. Where tokio's clock stood still when this was
/// made, as in a test that pauses it, it is that clock, plus the time that the machine spent suspended.
#[derive(Clone, Debug)]
pub(crate) struct SystemClock(Origin);

#[derive(Clone, Debug)]
enum Origin {
    /// What the system's clock said.
    Running(Duration),
    /// What tokio's said, and how long the machine had been suspended.
    Paused { origin: tokio::time::Instant, suspended: Duration },
}

impl SystemClock {
    pub(crate) fn new() -> Self {
        Self(match boot() {
            Some(now) if tokio_runs() => Origin::Running(now),
            _ => Origin::Paused { origin: tokio::time::Instant::now(), suspended: suspended() },
        })
    }
}

impl Clock for SystemClock {
    #[inline]
    fn now(&self) -> Moment {
        match &self.0 {
            Origin::Running(origin) => Moment::ORIGIN + boot().unwrap_or_default().saturating_sub(*origin),
            Origin::Paused { origin, suspended: before } => {
                let running = tokio::time::Instant::now().saturating_duration_since(*origin);
                let suspended = suspended().saturating_sub(*before);
                Moment::ORIGIN + running + if suspended < NOISE { Duration::ZERO } else { suspended }
            }
        }
    }
}

/// Tells whether tokio's clock moves by itself. One that moves in coarse steps passes for one that stands still, and is asked for the time.
fn tokio_runs() -> bool {
    const LOOKS: u32 = 1_000;
    let first = tokio::time::Instant::now();
    (0..LOOKS).any(|_| tokio::time::Instant::now() != first)
}

/// How long ago the machine was booted, suspensions included; `None` where no clock says so.
#[cfg(any(target_os = "linux", target_os = "android"))]
#[inline]
fn boot() -> Option<Duration> {
    use rustix::time::{ClockId, clock_gettime};
    Duration::try_from(clock_gettime(ClockId::Boottime)).ok()
}

/// How long ago the machine was booted; no clock says so here.
#[cfg(not(any(target_os = "linux", target_os = "android")))]
fn boot() -> Option<Duration> {
    None
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

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_paused_clock_moves_as_the_test_moves_it() {
        let clock = SystemClock::new();
        let before = clock.now();
        assert_eq!(clock.now(), before);
        tokio::time::sleep(Duration::from_secs(3600)).await;
        assert_eq!(clock.now().since(before), Duration::from_secs(3600));
    }

    #[tokio::test]
    async fn a_running_clock_goes_at_the_rate_of_time() {
        let clock = SystemClock::new();
        let began = std::time::Instant::now();
        let before = clock.now();
        std::thread::sleep(Duration::from_millis(20));
        let passed = clock.now().since(before);
        assert!(passed >= Duration::from_millis(20) && passed <= began.elapsed(), "{passed:?}");
        #[cfg(any(target_os = "linux", target_os = "android"))]
        assert!(matches!(clock.0, Origin::Running(_)), "{clock:?}");
    }
}
