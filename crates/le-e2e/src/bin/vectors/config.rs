//! How the data of a ConfigMap is read.

use std::collections::BTreeMap;
use std::time::Duration;

use le_config::{Config, ConfigError};
use serde::Deserialize;

use crate::outcome::{Outcome, accepted, begins, compare, read, refused};

#[derive(Deserialize)]
struct Line {
    data: BTreeMap<String, String>,
    max_buckets: u32,
    /// Whether the timing could ever elect; the reference does not ask.
    timing_valid: Option<bool>,
    config: Option<Expected>,
    error: Option<String>,
}

#[derive(Debug, PartialEq, Deserialize)]
struct Expected {
    buckets: u32,
    lease_duration: String,
    renew_deadline: String,
    retry_period: String,
    map_lease_prefix: BTreeMap<String, String>,
}

/// Checks one configuration.
pub(crate) fn check(line: &str) -> Result<Vec<Outcome>, String> {
    let line: Line = read(line)?;
    let came = Config::parse(&line.data, line.max_buckets);
    let outcome = match (line.error, line.config) {
        (Some(error), _) => check_error(&line.data, &error, came),
        (None, Some(_)) if line.timing_valid == Some(false) => match came {
            Err(ConfigError::Timing(_)) => Ok(()),
            came => accepted(&line.data, "the timing can never elect", came),
        },
        (None, Some(expected)) => match came {
            Ok(came) => compare(&line.data, &expected, &describe(&came)),
            Err(error) => refused(&line.data, expected, error),
        },
        (None, None) => Err("the line has neither a config nor an error".to_owned()),
    };
    Ok(vec![outcome])
}

fn check_error(
    data: &BTreeMap<String, String>,
    expected: &str,
    came: Result<Config, ConfigError>,
) -> Outcome {
    match came {
        Ok(came) => accepted(data, expected, came),
        Err(error) => begins(data, binding(expected), error),
    }
}

/// Returns the part of the reference's message that ours must begin with: the key that is wrong, or the number.
fn binding(error: &str) -> &str {
    let Some(rest) = error.strip_prefix("failed to parse \"") else {
        return if error.starts_with("buckets: ") { error } else { "" };
    };
    let end = rest.find('"').map_or(error.len(), |quote| error.len() - rest.len() + quote + 1);
    &error[..end]
}

fn describe(config: &Config) -> Expected {
    let nanos = |duration: Duration| duration.as_nanos().to_string();
    Expected {
        buckets: config.buckets(),
        lease_duration: nanos(config.timing().lease_duration()),
        renew_deadline: nanos(config.timing().renew_deadline()),
        retry_period: nanos(config.timing().retry_period()),
        map_lease_prefix: config.map_lease_prefix().clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::binding;

    #[test]
    fn the_key_or_the_number_binds_and_other_words_do_not() {
        assert_eq!(binding("failed to parse \"a\": time: invalid \"b\""), "failed to parse \"a\"");
        assert_eq!(
            binding("buckets: value must be between 1 <= 11 <= 10"),
            "buckets: value must be between 1 <= 11 <= 10"
        );
        assert_eq!(binding("something else"), "");
    }
}
