//! The environment variables, and how they are read.

use crate::PlacementError;

pub(crate) const ORDINAL: &str = "STATEFUL_CONTROLLER_ORDINAL";
pub(crate) const SERVICE_NAME: &str = "STATEFUL_SERVICE_NAME";
pub(crate) const SERVICE_PORT: &str = "STATEFUL_SERVICE_PORT";
pub(crate) const SERVICE_PROTOCOL: &str = "STATEFUL_SERVICE_PROTOCOL";
pub(crate) const SYSTEM_NAMESPACE: &str = "SYSTEM_NAMESPACE";
pub(crate) const POD_NAMESPACE: &str = "POD_NAMESPACE";
pub(crate) const CLUSTER_DOMAIN: &str = "CLUSTER_DOMAIN";

/// The variables of which any one asks for election by ordinal.
pub(crate) const STATEFUL: [&str; 4] = [ORDINAL, SERVICE_NAME, SERVICE_PORT, SERVICE_PROTOCOL];

/// Returns a variable that may be left out, but not be empty.
pub(crate) fn optional(
    env: impl Fn(&str) -> Option<String>,
    variable: &'static str,
) -> Result<Option<String>, PlacementError> {
    match env(variable) {
        Some(value) if value.is_empty() => Err(PlacementError::Empty { variable }),
        value => Ok(value),
    }
}

/// Returns a variable that must be there.
pub(crate) fn required(
    env: impl Fn(&str) -> Option<String>,
    variable: &'static str,
) -> Result<String, PlacementError> {
    optional(env, variable)?.ok_or(PlacementError::Missing { variable })
}

/// Returns a variable, where an empty one counts as unset.
pub(crate) fn not_empty(env: impl Fn(&str) -> Option<String>, variable: &str) -> Option<String> {
    env(variable).filter(|value| !value.is_empty())
}
