//! The configuration of a namespace's components.

use std::collections::BTreeMap;

use crate::{Component, ConfigError, MOST_BUCKETS, Timing};

/// The leader election configuration of all the components in a namespace.
///
/// The default is one bucket, the default [`Timing`] and no mapped prefix: what holds where there is no ConfigMap.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    buckets: u32,
    timing: Timing,
    map_lease_prefix: BTreeMap<String, String>,
}

impl Config {
    /// Makes a configuration without a ConfigMap.
    ///
    /// # Errors
    ///
    /// Refuses a number of buckets outside `1..=2048`.
    pub fn new(buckets: u32, timing: Timing) -> Result<Self, ConfigError> {
        if !(1..=MOST_BUCKETS).contains(&buckets) {
            return Err(ConfigError::BucketsOutOfRange { buckets, max_buckets: MOST_BUCKETS });
        }
        Ok(Self::from_parts(buckets, timing, BTreeMap::new()))
    }

    pub(crate) fn from_parts(
        buckets: u32,
        timing: Timing,
        map_lease_prefix: BTreeMap<String, String>,
    ) -> Self {
        Self { buckets, timing, map_lease_prefix }
    }

    /// Returns the number of buckets, at least one.
    pub fn buckets(&self) -> u32 {
        self.buckets
    }

    /// Returns the timing of the elections.
    pub fn timing(&self) -> Timing {
        self.timing
    }

    /// Returns what replaces the prefixes of lease names, by the prefix that is replaced.
    ///
    /// Values are as written. An empty one replaces nothing.
    pub fn map_lease_prefix(&self) -> &BTreeMap<String, String> {
        &self.map_lease_prefix
    }

    /// Returns the view of one component.
    pub fn component(&self, name: impl Into<String>) -> Component {
        Component::new(name.into(), self.buckets, self.timing, self.map_lease_prefix.clone())
    }
}

impl Default for Config {
    fn default() -> Self {
        Self::from_parts(1, Timing::default(), BTreeMap::new())
    }
}
