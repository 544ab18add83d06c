//! The names of buckets, from wherever they are known.

use std::path::Path;

use anyhow::{Context as _, ensure};
use le_config::{Config, Timing};
use le_hash::BucketSet;

/// Reads names from a file, one a line.
pub(crate) fn from_file(path: &Path) -> anyhow::Result<BucketSet> {
    let text = std::fs::read_to_string(path)
        .with_context(|| format!("cannot read the names of the buckets from {}", path.display()))?;
    let names: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    ensure!(!names.is_empty(), "{} has no names: write one a line", path.display());
    Ok(BucketSet::new(names)?)
}

/// Derives the names of the Leases of a component's queue, as an elector does.
pub(crate) fn derived(config: &Config, component: &str, queue: &str) -> anyhow::Result<Vec<String>> {
    let names = config.component(component).lease_names(queue)?;
    Ok(names.into_iter().map(|name| name.as_str().to_owned()).collect())
}

/// A configuration with this many buckets and nothing else of its own.
pub(crate) fn with_buckets(buckets: u32) -> anyhow::Result<Config> {
    Ok(Config::new(buckets, Timing::default())?)
}
