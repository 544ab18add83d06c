//! From the data of a ConfigMap to a configuration.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::error::{ConfigError, ConfigErrors};
use crate::timing::relations;
use crate::uint::parse_u32;
use crate::{Config, GoDuration, Timing, TimingError, keys};

/// The most buckets that a ConfigMap may ask for, where the program does not say otherwise.
pub const DEFAULT_MAX_BUCKETS: u32 = 10;

/// The most buckets that a program can allow: the hash has no more slots.
pub const MOST_BUCKETS: u32 = 2048;

/// Reads configurations, with a limit on the buckets that they may ask for: 10 by default.
///
/// ```
/// use le_config::Parser;
///
/// let parser = Parser::new(100)?;
/// assert_eq!(parser.parse([("buckets", "64")])?.buckets(), 64);
/// # Ok::<(), le_config::ConfigError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parser {
    max_buckets: u32,
}

impl Parser {
    /// Makes a parser that allows so many buckets.
    ///
    /// # Errors
    ///
    /// Refuses a limit outside `1..=2048`.
    pub fn new(max_buckets: u32) -> Result<Self, ConfigError> {
        if !(1..=MOST_BUCKETS).contains(&max_buckets) {
            return Err(ConfigError::MaxBuckets { max_buckets });
        }
        Ok(Self { max_buckets })
    }

    /// Returns the most buckets that it allows.
    pub fn max_buckets(&self) -> u32 {
        self.max_buckets
    }

    /// Reads the data of a ConfigMap; what is absent gets its default, and unknown keys are ignored.
    ///
    /// # Errors
    ///
    /// Reports the first mistake: a duration that cannot be read (those under a legacy key first), then `buckets` that cannot
    /// be read, then `buckets` out of range, then a timing that could never elect.
    pub fn parse<K, V>(&self, data: impl IntoIterator<Item = (K, V)>) -> Result<Config, ConfigError>
    where
        K: AsRef<str>,
        V: AsRef<str>,
    {
        self.parse_all(data).map_err(ConfigErrors::into_first)
    }

    /// Reads the data of a ConfigMap, and reports every mistake in it.
    ///
    /// # Errors
    ///
    /// Reports all that [`parse`](Self::parse) would, the same one first.
    pub fn parse_all<K, V>(&self, data: impl IntoIterator<Item = (K, V)>) -> Result<Config, ConfigErrors>
    where
        K: AsRef<str>,
        V: AsRef<str>,
    {
        let data = data
            .into_iter()
            .map(|(key, value)| (key.as_ref().to_owned(), value.as_ref().to_owned()))
            .collect();
        let mut reading = Reading { data: &data, errors: Vec::new() };

        let legacy = [keys::LEGACY_LEASE_DURATION, keys::LEGACY_RENEW_DEADLINE, keys::LEGACY_RETRY_PERIOD]
            .map(|key| reading.duration(key));
        let new =
            [keys::LEASE_DURATION, keys::RENEW_DEADLINE, keys::RETRY_PERIOD].map(|key| reading.duration(key));
        let buckets = reading.buckets(self.max_buckets);
        let timing = reading.timing(legacy, new);

        match (buckets, timing) {
            (Some(buckets), Some(timing)) if reading.errors.is_empty() => {
                Ok(Config::from_parts(buckets, timing, lease_prefixes(&data)))
            }
            _ => Err(ConfigErrors::new(reading.errors)),
        }
    }
}

impl Default for Parser {
    fn default() -> Self {
        Self { max_buckets: DEFAULT_MAX_BUCKETS }
    }
}

impl Config {
    /// Reads the data of a ConfigMap, which may ask for at most ten buckets.
    ///
    /// ```
    /// use std::collections::HashMap;
    /// use le_config::Config;
    ///
    /// let data: HashMap<String, String> = HashMap::new();
    /// assert_eq!(Config::from_data(&data)?, Config::default());
    /// # Ok::<(), le_config::ConfigError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Reports the first mistake, as [`Parser::parse`] does.
    pub fn from_data<K, V>(data: impl IntoIterator<Item = (K, V)>) -> Result<Self, ConfigError>
    where
        K: AsRef<str>,
        V: AsRef<str>,
    {
        Parser::default().parse(data)
    }

    /// Reads the data of a ConfigMap, which may ask for at most `max_buckets` buckets.
    ///
    /// # Errors
    ///
    /// Refuses a limit outside `1..=2048`, and reports the first mistake, as [`Parser::parse`] does.
    pub fn parse<K, V>(data: impl IntoIterator<Item = (K, V)>, max_buckets: u32) -> Result<Self, ConfigError>
    where
        K: AsRef<str>,
        V: AsRef<str>,
    {
        Parser::new(max_buckets)?.parse(data)
    }

    /// Reads the data of a ConfigMap, which may ask for at most `max_buckets` buckets, and reports every mistake in it.
    ///
    /// # Errors
    ///
    /// Refuses a limit outside `1..=2048`, and reports every mistake, as [`Parser::parse_all`] does.
    pub fn parse_all<K, V>(
        data: impl IntoIterator<Item = (K, V)>,
        max_buckets: u32,
    ) -> Result<Self, ConfigErrors>
    where
        K: AsRef<str>,
        V: AsRef<str>,
    {
        Parser::new(max_buckets)?.parse_all(data)
    }
}

/// What a key holds: nothing, a duration, or (`Some(None)`) something else, which was reported.
type Found = Option<Option<GoDuration>>;

/// Data half read, and the mistakes found so far.
struct Reading<'a> {
    data: &'a BTreeMap<String, String>,
    errors: Vec<ConfigError>,
}

impl Reading<'_> {
    fn duration(&mut self, key: &'static str) -> Found {
        Some(match self.data.get(key)?.parse() {
            Ok(duration) => Some(duration),
            Err(reason) => {
                self.errors.push(ConfigError::Duration { key, reason });
                None
            }
        })
    }

    fn buckets(&mut self, max_buckets: u32) -> Option<u32> {
        let Some(text) = self.data.get(keys::BUCKETS) else { return Some(1) };
        match parse_u32(text) {
            Ok(buckets) if (1..=max_buckets).contains(&buckets) => Some(buckets),
            Ok(buckets) => {
                self.errors.push(ConfigError::BucketsOutOfRange { buckets, max_buckets });
                None
            }
            Err(reason) => {
                self.errors.push(ConfigError::Buckets { reason });
                None
            }
        }
    }

    /// Puts the durations together. A mistake in one does not hide what is wrong between the others.
    fn timing(&mut self, legacy: [Found; 3], new: [Found; 3]) -> Option<Timing> {
        let default = Timing::default();
        let mut value = |key, index: usize, default| match new[index].or(legacy[index]) {
            None => Some(default),
            Some(found) => self.positive(key, found?),
        };
        let lease = value(keys::LEASE_DURATION, 0, default.lease_duration());
        let renew = value(keys::RENEW_DEADLINE, 1, default.renew_deadline());
        let retry = value(keys::RETRY_PERIOD, 2, default.retry_period());
        self.errors.extend(relations(lease, renew, retry).into_iter().map(ConfigError::Timing));
        Timing::new(lease?, renew?, retry?).ok()
    }

    fn positive(&mut self, key: &'static str, value: GoDuration) -> Option<Duration> {
        let duration = value.to_std().filter(|duration| !duration.is_zero());
        if duration.is_none() {
            self.errors.push(TimingError::NotPositive { key, value }.into());
        }
        duration
    }
}

/// Reads the prefix map as the reference does, so that both name the same Leases: the character after `map-lease-prefix` is a
/// dot, or any other in its place, and without a name after that nothing is mapped. Where two keys name one prefix, the dot wins.
fn lease_prefixes(data: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    let stem = keys::MAP_LEASE_PREFIX.trim_end_matches('.');
    let mapped = |with_dot: bool| {
        data.iter().filter_map(move |(key, to)| {
            let mut rest = key.strip_prefix(stem)?.chars();
            let is_dot = rest.next()? == '.';
            let from = rest.as_str();
            (is_dot == with_dot && !from.is_empty()).then(|| (from.to_owned(), to.clone()))
        })
    };
    mapped(false).chain(mapped(true)).collect()
}
