//! Why a configuration is none.

use std::fmt;
#[cfg(feature = "yaml")]
use std::path::PathBuf;

use thiserror::Error;

use crate::{MOST_BUCKETS, ParseDurationError, ParseUintError, TimingError};

/// What is wrong with a configuration. Whoever wrote the ConfigMap must correct it, where a variant does not say otherwise.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// A value is no duration.
    #[error("failed to parse {key:?}: {reason}; write it like \"60s\" or \"1m30s\"")]
    Duration {
        /// The key as it was written.
        key: &'static str,
        /// What is wrong with the value.
        reason: ParseDurationError,
    },
    /// The value of `buckets` is no unsigned 32-bit decimal.
    #[error("failed to parse \"buckets\": {reason}; write it in digits, like \"10\"")]
    Buckets {
        /// What is wrong with the value.
        reason: ParseUintError,
    },
    /// There are no buckets, or more than the program allows.
    #[error("buckets: value must be between 1 <= {buckets} <= {max_buckets}")]
    BucketsOutOfRange {
        /// The number of buckets given.
        buckets: u32,
        /// The most that the program allows.
        max_buckets: u32,
    },
    /// The durations can be read, but could never elect.
    #[error(transparent)]
    Timing(#[from] TimingError),
    /// The program allows fewer than one bucket, or more than the hash can tell apart. Its author must correct that.
    #[error("max_buckets is {max_buckets}: allow at least 1 and at most {MOST_BUCKETS}")]
    MaxBuckets {
        /// The limit that the program gave.
        max_buckets: u32,
    },
    /// A file cannot be read.
    #[cfg(feature = "yaml")]
    #[error("cannot read the configuration file {path:?}: check that it is there and may be read")]
    File {
        /// The path of the file.
        path: PathBuf,
        /// What the operating system says.
        source: std::io::Error,
    },
    /// A text is no YAML.
    #[cfg(feature = "yaml")]
    #[error("the configuration is no valid YAML")]
    Yaml {
        /// What the YAML parser says, and where.
        source: serde_yaml::Error,
    },
    /// A YAML text has no document of the kind `ConfigMap`.
    #[cfg(feature = "yaml")]
    #[error(
        "the YAML has no document of kind ConfigMap ({found}): give the whole manifest, with its kind and data"
    )]
    NoConfigMap {
        /// The kinds that it has instead.
        found: String,
    },
    /// A YAML text has several documents of the kind `ConfigMap`.
    #[cfg(feature = "yaml")]
    #[error("the YAML has {count} documents of kind ConfigMap: keep the one for leader election")]
    SeveralConfigMaps {
        /// How many it has.
        count: usize,
    },
    /// The data of the ConfigMap is something else than a mapping.
    #[cfg(feature = "yaml")]
    #[error("\"data\" of the ConfigMap is {found}: write a mapping of keys to strings")]
    DataNotMapping {
        /// What it is instead.
        found: &'static str,
    },
    /// A key or a value of the data is no string.
    #[cfg(feature = "yaml")]
    #[error(
        "{what} \"data.{key}\" of the ConfigMap is {found}: quote it, every key and value must be a string"
    )]
    NotString {
        /// Which of the two it is: `key` or `value`.
        what: &'static str,
        /// The key.
        key: String,
        /// What it is instead.
        found: &'static str,
    },
}

/// Everything that is wrong with a configuration, at least one thing, in the order in which it is looked for.
#[derive(Debug)]
pub struct ConfigErrors(Vec<ConfigError>);

impl ConfigErrors {
    /// Wraps the errors, of which there has to be one.
    pub(crate) fn new(errors: Vec<ConfigError>) -> Self {
        assert!(!errors.is_empty(), "no errors are no error");
        Self(errors)
    }

    /// Returns the errors.
    pub fn as_slice(&self) -> &[ConfigError] {
        &self.0
    }

    /// Takes the errors out.
    pub fn into_vec(self) -> Vec<ConfigError> {
        self.0
    }

    /// Takes the first error out.
    pub(crate) fn into_first(mut self) -> ConfigError {
        self.0.swap_remove(0)
    }
}

impl From<ConfigError> for ConfigErrors {
    fn from(error: ConfigError) -> Self {
        Self(vec![error])
    }
}

impl fmt::Display for ConfigErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, error) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str("; ")?;
            }
            write!(f, "{error}")?;
        }
        Ok(())
    }
}

impl std::error::Error for ConfigErrors {}
