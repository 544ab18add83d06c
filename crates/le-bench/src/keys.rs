//! Keys and names as they are in clusters.

use le_config::{Config, Timing};
use le_core::NamespacedName;

/// How many keys are asked for in turn, so that none is known from before.
pub const KEYS: usize = 4_096;

/// Returns [`KEYS`] keys of 28 bytes.
pub fn keys() -> Vec<NamespacedName<'static>> {
    let key = |number: usize| {
        NamespacedName::new(format!("namespace-{:02}", number % 100), format!("object-{number:08}"))
    };
    (0..KEYS).map(key).collect()
}

/// Returns names of buckets, as `le-config` makes them.
///
/// # Errors
///
/// When there cannot be so many.
pub fn names(count: usize) -> anyhow::Result<Vec<String>> {
    let config = Config::new(u32::try_from(count)?, Timing::default())?;
    let names = config.component("widgets-operator").lease_names("widgets")?;
    Ok(names.iter().map(|name| name.as_str().to_owned()).collect())
}
