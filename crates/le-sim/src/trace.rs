//! A schedule kept as text, with what it shows.

use anyhow::Context;
use serde::{Deserialize, Serialize};

use crate::schedule::Schedule;

/// A schedule that broke a rule once, or does so with a broken machine.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Trace {
    /// What it showed when it was found.
    pub shows: String,
    /// The mutant that it was found with; absent where the machine itself was wrong.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mutant: Option<String>,
    /// The schedule.
    pub schedule: Schedule,
}

impl Trace {
    /// Reads a trace.
    ///
    /// # Errors
    ///
    /// Where the text is none.
    pub fn parse(text: &str) -> anyhow::Result<Self> {
        serde_yaml::from_str(text).context("this is no trace of a schedule")
    }

    /// Writes the trace.
    ///
    /// # Errors
    ///
    /// Never for a trace that was drawn or parsed.
    pub fn to_text(&self) -> anyhow::Result<String> {
        Ok(serde_yaml::to_string(self)?)
    }
}
