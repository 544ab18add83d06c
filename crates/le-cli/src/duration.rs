//! Durations as Go reads and writes them, on a command line.

use std::time::Duration;

use le_config::{GoDuration, ParseDurationError};

/// Reads a duration, for clap.
///
/// # Errors
///
/// What is wrong with it, and how it is written.
pub fn duration(text: &str) -> Result<Duration, String> {
    let duration: GoDuration =
        text.parse().map_err(|error: ParseDurationError| format!("{error}; write it like 30s or 1m30s"))?;
    duration.to_std().ok_or_else(|| "a duration here must not be negative".to_owned())
}

/// Writes a duration; one that Go cannot hold as the longest that it can.
#[must_use]
pub fn go_form(duration: Duration) -> String {
    GoDuration::from_nanos(i64::try_from(duration.as_nanos()).unwrap_or(i64::MAX)).to_string()
}
