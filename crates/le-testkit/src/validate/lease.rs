//! The rules of a Lease's spec.

use serde_json::Value;

use crate::failure::FieldError;

/// Strategies that the real server knows without further ado.
const STRATEGY: &str = "OldestEmulationVersion";

pub(super) fn check(lease: &Value) -> Vec<FieldError> {
    let spec = &lease["spec"];
    let mut errors = Vec::new();
    let duration = &spec["leaseDurationSeconds"];
    if duration.as_i64().is_some_and(|seconds| seconds <= 0) {
        errors.push(FieldError::invalid("spec.leaseDurationSeconds", duration, "must be greater than 0"));
    }
    let transitions = &spec["leaseTransitions"];
    if transitions.as_i64().is_some_and(|count| count < 0) {
        let message = "must be greater than or equal to 0";
        errors.push(FieldError::invalid("spec.leaseTransitions", transitions, message));
    }
    let strategy = spec["strategy"].as_str();
    if let Some(strategy) = strategy.filter(|strategy| *strategy != STRATEGY && !strategy.contains('/')) {
        errors.push(FieldError::not_supported("spec.strategy", strategy, &[STRATEGY]));
    }
    let preferred = spec["preferredHolder"].as_str().unwrap_or_default();
    if !preferred.is_empty() && strategy.unwrap_or_default().is_empty() {
        let message = "may only be specified if `strategy` is defined";
        errors.push(FieldError::forbidden("spec.preferredHolder", message));
    }
    errors
}
