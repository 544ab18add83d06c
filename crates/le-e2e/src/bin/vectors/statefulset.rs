//! Which bucket the environment of a pod gives it.

use std::collections::BTreeMap;

use le_statefulset::{Placement, PlacementError};
use serde::Deserialize;

use crate::outcome::{Outcome, accepted, compare, read, refused};

#[derive(Deserialize)]
struct Line {
    env: BTreeMap<String, String>,
    namespace: String,
    cluster_domain: String,
    buckets: u32,
    #[serde(flatten)]
    expected: Expected,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Expected {
    Error { error: String },
    Place { bucket: String, names: Vec<String> },
}

/// Checks one environment.
pub(crate) fn check(line: &str) -> Result<Vec<Outcome>, String> {
    let Line { env, namespace, cluster_domain, buckets, expected } = read(line)?;
    let given = (&env, buckets);
    let came = Placement::new(|variable| env.get(variable).cloned(), &namespace, &cluster_domain, buckets);
    let outcome = match (came, expected) {
        (Ok(came), Expected::Place { bucket, names }) => {
            let came_names: Vec<String> = came.names().iter().map(ToString::to_string).collect();
            compare(given, &(bucket, names), &(came.bucket().name().to_string(), came_names))
        }
        (Err(came), Expected::Error { error }) => same_variable(given, &error, &came),
        (Ok(came), Expected::Error { error }) => accepted(given, &error, came),
        (Err(error), expected) => refused(given, expected, error),
    };
    Ok(vec![outcome])
}

/// Checks that our error names the variable that the reference names, where it names one.
fn same_variable(given: (&BTreeMap<String, String>, u32), expected: &str, came: &PlacementError) -> Outcome {
    let came = came.to_string();
    match variable(expected) {
        Some(variable) if !came.contains(variable) => {
            Err(format!("{given:?}: expected an error about {variable}, came {came:?}"))
        }
        _ => Ok(()),
    }
}

/// Returns the first word of ours in a message.
fn variable(message: &str) -> Option<&str> {
    message.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').find(|word| word.starts_with("STATEFUL_"))
}

#[cfg(test)]
mod tests {
    use super::variable;

    #[test]
    fn the_variable_is_found_in_a_message() {
        assert_eq!(
            variable("required key STATEFUL_SERVICE_NAME missing value"),
            Some("STATEFUL_SERVICE_NAME")
        );
        assert_eq!(variable("ordinal 3 is out of range [0, 3)"), None);
    }
}
