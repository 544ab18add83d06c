//! Tests of the whole crate from outside.
#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

mod domain;
mod dynamic;
mod elector;
mod leaders;
mod placement;
mod properties;
mod vectors;

use std::collections::BTreeMap;

/// An environment with these variables.
fn env(variables: &[(&str, &str)]) -> impl Fn(&str) -> Option<String> + use<> {
    let variables: BTreeMap<_, _> =
        variables.iter().map(|(key, value)| (key.to_string(), value.to_string())).collect();
    move |key| variables.get(key).cloned()
}

/// All that a pod needs, in the order of the table in the crate's documentation.
const WHOLE: [(&str, &str); 6] = [
    ("STATEFUL_CONTROLLER_ORDINAL", "as-1"),
    ("STATEFUL_SERVICE_NAME", "svc"),
    ("STATEFUL_SERVICE_PORT", "8080"),
    ("STATEFUL_SERVICE_PROTOCOL", "https"),
    ("SYSTEM_NAMESPACE", "ns"),
    ("CLUSTER_DOMAIN", "example.test"),
];

/// The whole environment with one variable changed, or left out where `value` is `None`.
fn whole_but(variable: &str, value: Option<&str>) -> impl Fn(&str) -> Option<String> + use<> {
    let kept = WHOLE.into_iter().filter(|(key, _)| *key != variable);
    let changed: Vec<_> = kept.chain(value.map(|value| (variable, value))).collect();
    env(&changed)
}
