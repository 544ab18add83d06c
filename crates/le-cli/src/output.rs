//! What is printed, and how.

use std::io::{self, Write as _};

use clap::ValueEnum;
use serde::Serialize;

/// The form of what is printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
#[expect(clippy::exhaustive_enums, reason = "programs decide for each of them")]
pub enum Format {
    /// A table for people
    #[default]
    Table,
    /// A table with more columns
    Wide,
    /// JSON for programs
    Json,
    /// YAML for programs
    Yaml,
}

impl Format {
    /// Writes a value in a form for programs; `None` for a form that is for people.
    ///
    /// # Errors
    ///
    /// When the value cannot be written so.
    pub fn write(self, value: &impl Serialize) -> anyhow::Result<Option<String>> {
        Ok(match self {
            Self::Json => Some(serde_json::to_string_pretty(value)? + "\n"),
            Self::Yaml => Some(serde_yaml::to_string(value)?),
            Self::Table | Self::Wide => None,
        })
    }
}

/// Prints a text, its colours only on a terminal. That nobody reads on, as behind `| head`, is no error.
///
/// # Errors
///
/// When it cannot be written for another reason.
pub fn print(text: &str) -> io::Result<()> {
    let mut out = anstream::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => other,
    }
}

/// Prints what went wrong. Where standard error is closed, there is nobody to tell.
pub fn print_error(text: &str) {
    let _ = writeln!(anstream::stderr().lock(), "{text}");
}
