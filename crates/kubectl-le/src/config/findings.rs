//! Mistakes and warnings, each with the line that it is about.

use le_config::{ConfigError, TimingError, keys};
use serde::Serialize;

use super::lines::Lines;
use crate::config_map::Data;

/// Something that is wrong, or may be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Finding {
    /// Where in the file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) line: Option<u64>,
    pub(super) message: String,
}

/// New spellings beside the old ones.
pub(super) const SPELLINGS: [(&str, &str); 3] = [
    (keys::LEASE_DURATION, keys::LEGACY_LEASE_DURATION),
    (keys::RENEW_DEADLINE, keys::LEGACY_RENEW_DEADLINE),
    (keys::RETRY_PERIOD, keys::LEGACY_RETRY_PERIOD),
];

/// Under which spelling a key counts.
pub(super) fn spelling<'a>(data: &Data, key: &'a str) -> &'a str {
    let legacy = SPELLINGS.iter().find(|(new, _)| *new == key).map(|(_, legacy)| *legacy);
    match legacy {
        Some(legacy) if !data.contains_key(key) && data.contains_key(legacy) => legacy,
        _ => key,
    }
}

/// Puts a mistake to its line.
pub(super) fn mistake(error: &ConfigError, data: &Data, lines: &Lines) -> Finding {
    let line = |key: &str| lines.line(key);
    let line = match error {
        ConfigError::Duration { key, .. } => line(key),
        ConfigError::Buckets { .. } | ConfigError::BucketsOutOfRange { .. } => line(keys::BUCKETS),
        ConfigError::NotString { key, .. } => line(key),
        ConfigError::Yaml { source } => source.location().map(|location| location.line() as u64),
        ConfigError::Timing(error) => about(error).iter().find_map(|key| line(spelling(data, key))),
        _ => None,
    };
    let source = match error {
        ConfigError::Yaml { source } => format!(": {source}"),
        _ => String::new(),
    };
    Finding { line, message: format!("{error}{source}") }
}

/// The keys that a mistake in the timing is about. One that is not written has its default, so that another is to be looked at.
fn about(error: &TimingError) -> Vec<&'static str> {
    match error {
        TimingError::NotPositive { key, .. } => vec![key],
        TimingError::LeaseTooShort { .. } => vec![keys::LEASE_DURATION],
        TimingError::RetryTooLong { .. } => vec![keys::RETRY_PERIOD, keys::RENEW_DEADLINE],
        _ => vec![keys::RENEW_DEADLINE, keys::LEASE_DURATION],
    }
}

/// Finds what is no mistake, and perhaps not what was meant.
pub(super) fn warnings(
    data: &Data,
    lines: &Lines,
    buckets: Option<u32>,
    replicas: Option<u32>,
) -> Vec<Finding> {
    let mut found = Vec::new();
    let mut warn = |key: &str, message: String| found.push(Finding { line: lines.line(key), message });
    for (new, legacy) in SPELLINGS {
        if let (Some(is), Some(_)) = (data.get(new), data.get(legacy)) {
            warn(legacy, format!("{legacy:?} is not used beside {new:?} ({is}): take one of them out"));
        }
    }
    for key in data.keys().filter(|key| !is_known(key)) {
        if let Some(meant) = resembles(key) {
            warn(key, format!("{key:?} is no key that is read: is {meant:?} meant?"));
        }
    }
    if let (Some(buckets), Some(replicas)) = (buckets, replicas)
        && buckets < replicas
    {
        let idle = replicas - buckets;
        warn(
            keys::BUCKETS,
            format!("buckets ({buckets}) are fewer than replicas ({replicas}): {idle} will only wait"),
        );
    }
    found
}

fn known() -> impl Iterator<Item = &'static str> {
    SPELLINGS.into_iter().flat_map(|(new, legacy)| [new, legacy]).chain([keys::BUCKETS])
}

fn is_known(key: &str) -> bool {
    known().any(|known| known == key) || key.starts_with(keys::MAP_LEASE_PREFIX)
}

/// Finds the key that another one looks like a slip of. Keys that begin with an underscore are for people.
fn resembles(key: &str) -> Option<&'static str> {
    if key.starts_with('_') {
        return None;
    }
    let same = |text: &str| text.to_lowercase().replace(['-', '_', '.', ' '], "");
    let written = same(key);
    if written.starts_with("mapleaseprefix") {
        return Some(keys::MAP_LEASE_PREFIX);
    }
    let distance = |known: &&str| strsim::damerau_levenshtein(&written, &same(known));
    known().min_by_key(distance).filter(|known| distance(known) <= 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_is_told_from_a_key_of_somebody_else() {
        for (key, meant) in [
            ("bucket", Some("buckets")),
            ("Buckets", Some("buckets")),
            ("lease-durations", Some("lease-duration")),
            ("lease_duration", Some("lease-duration")),
            ("renewDeadlin", Some("renew-deadline")),
            ("retry-peroid", Some("retry-period")),
            ("map-lease-prefixes.a.b", Some("map-lease-prefix.")),
            ("_example", None),
            ("_bucket", None),
            ("logging", None),
            ("period", None),
        ] {
            assert_eq!(resembles(key), meant, "{key}");
        }
    }
}
