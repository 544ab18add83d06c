//! The server's wall clock, which follows tokio's clock.

use std::time::Duration;

use jiff::Timestamp;
use tokio::time::Instant;

/// Real time when the server was made, virtual time from there on: a paused test clock makes it stand still.
#[derive(Clone, Copy, Debug)]
pub(crate) struct WallClock {
    started: Timestamp,
    origin: Instant,
}

impl WallClock {
    pub(crate) fn new() -> Self {
        Self { started: Timestamp::now(), origin: Instant::now() }
    }

    /// How long the server has been there.
    pub(crate) fn elapsed(&self) -> Duration {
        self.origin.elapsed()
    }

    /// The present time as `creationTimestamp` is written: whole seconds.
    pub(crate) fn now(&self) -> String {
        self.after(Duration::ZERO)
    }

    /// The present time as a Lease has it: with six digits of a second.
    pub(crate) fn now_micro(&self) -> String {
        let time = self.started.saturating_add(self.elapsed()).unwrap_or(Timestamp::MAX);
        time.strftime("%Y-%m-%dT%H:%M:%S.%6fZ").to_string()
    }

    /// The time that lies `ahead` of the present, in whole seconds.
    pub(crate) fn after(&self, ahead: Duration) -> String {
        let time = self.started.saturating_add(self.elapsed() + ahead).unwrap_or(Timestamp::MAX);
        time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
    }

    /// How long ago a time written by this clock was, in seconds.
    pub(crate) fn age(&self, time: &str) -> Option<i64> {
        let then: Timestamp = time.parse().ok()?;
        let now = self.started.saturating_add(self.elapsed()).unwrap_or(Timestamp::MAX);
        Some(now.as_second() - then.as_second())
    }
}
