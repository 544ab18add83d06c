//! How the Leases of a queue are named.

use std::collections::BTreeMap;

use le_config::{Config, keys};
use serde::Deserialize;

use crate::outcome::{Outcome, compare, read, refused};

/// More buckets than any line has.
const MAX_BUCKETS: u32 = 2048;

#[derive(Deserialize)]
struct Line {
    component: String,
    queue: String,
    buckets: u32,
    map_lease_prefix: BTreeMap<String, String>,
    names: Vec<String>,
}

/// Checks the names of one queue's Leases.
pub(crate) fn check(line: &str) -> Result<Vec<Outcome>, String> {
    let Line { component, queue, buckets, map_lease_prefix, names } = read(line)?;
    let given = (&component, &queue, buckets, &map_lease_prefix);
    let prefixes =
        map_lease_prefix.iter().map(|(from, to)| (format!("{}{from}", keys::MAP_LEASE_PREFIX), to.clone()));
    let data: BTreeMap<_, _> = prefixes.chain([(keys::BUCKETS.to_owned(), buckets.to_string())]).collect();
    let config = Config::parse(&data, MAX_BUCKETS)
        .map_err(|error| format!("{given:?}: the configuration is refused: {error}"))?;
    let outcome = match config.component(component.as_str()).lease_names(&queue) {
        Ok(mut came) => {
            came.sort();
            let came: Vec<String> = came.iter().map(ToString::to_string).collect();
            compare(given, &names, &came)
        }
        Err(error) => refused(given, names, error),
    };
    Ok(vec![outcome])
}
