//! How a duration is read and written.

use le_config::GoDuration;
use serde::Deserialize;

use crate::outcome::{Outcome, accepted, compare, read, refused};

#[derive(Deserialize)]
struct Line {
    text: String,
    #[serde(flatten)]
    expected: Expected,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Expected {
    Error { error: String },
    Duration { nanos: String, written: String },
}

/// Checks one duration.
pub(crate) fn check(line: &str) -> Result<Vec<Outcome>, String> {
    let Line { text, expected } = read(line)?;
    let outcome = match (text.parse::<GoDuration>(), expected) {
        (Ok(came), Expected::Duration { nanos, written }) => {
            compare(&text, &(nanos, written), &(came.as_nanos().to_string(), came.to_string()))
        }
        (Err(_), Expected::Error { .. }) => Ok(()),
        (Ok(came), Expected::Error { error }) => accepted(&text, &error, came),
        (Err(error), expected) => refused(&text, expected, error),
    };
    Ok(vec![outcome])
}
