//! The clock by which the events of several processes are put in order.

use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};
use serde::{Deserialize, Serialize};

/// The clock that all processes of a machine share, that never steps, and that goes on while the machine is suspended.
#[cfg(any(target_os = "linux", target_os = "android"))]
const CLOCK: ClockId = ClockId::Boottime;
/// The nearest thing to it elsewhere.
#[cfg(not(any(target_os = "linux", target_os = "android")))]
const CLOCK: ClockId = ClockId::Monotonic;

/// A point in time in nanoseconds since the machine was booted, comparable among the processes of one machine.
///
/// The replicas stamp what they report themselves, so that no pipe delays it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Stamp(u64);

impl Stamp {
    /// Later than everything.
    pub(crate) const NEVER: Self = Self(u64::MAX);

    /// Reads the clock.
    pub(crate) fn now() -> Self {
        let now = clock_gettime(CLOCK);
        let seconds = u64::try_from(now.tv_sec).expect("a machine is not booted before its own start");
        Self(seconds * 1_000_000_000 + u64::try_from(now.tv_nsec).expect("a second has only positive parts"))
    }

    /// Returns how long after `earlier` this is; zero when it is not after it.
    pub(crate) fn since(self, earlier: Self) -> Duration {
        Duration::from_nanos(self.0.saturating_sub(earlier.0))
    }

    #[cfg(test)]
    pub(crate) const fn at_millis(millis: u64) -> Self {
        Self(millis * 1_000_000)
    }
}
