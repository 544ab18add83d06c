//! What the tests share.

use std::collections::BTreeMap;
use std::time::Duration;

use le_soak::{Broken, Plan, Rule};

/// Five replicas and eight buckets for so many minutes.
pub(crate) fn small(seed: u64, minutes: u64) -> Plan {
    Plan { replicas: 5, buckets: 8, length: Duration::from_secs(minutes * 60), ..Plan::new(seed) }
}

/// How often each rule was broken.
pub(crate) fn rules(broken: &[Broken]) -> BTreeMap<Rule, usize> {
    let mut rules = BTreeMap::new();
    for one in broken {
        *rules.entry(one.rule).or_default() += 1;
    }
    rules
}
