//! The rules of an Event.

use serde_json::Value;

use super::names;
use crate::failure::FieldError;
use crate::kind::Kind;
use crate::meta;

/// Checks an Event as it is kept. `events.k8s.io` asks more of a new one than `v1` does, and lets little of it be changed.
pub(super) fn check(kind: &Kind, event: &Value, old: Option<&Value>) -> Vec<FieldError> {
    let strict = !kind.group().is_empty();
    let mut errors = common(event, if strict { "reportingController" } else { "reportingComponent" });
    if !strict {
        return errors;
    }
    if let Some(old) = old {
        for field in
            ["reason", "message", "type", "eventTime", "action", "reportingController", "reportingInstance"]
        {
            let kept = if field == "reportingController" { "reportingComponent" } else { field };
            if event[kept] != old[kept] {
                errors.push(FieldError::invalid(field, &event[kept], "field is immutable"));
            }
        }
        return errors;
    }
    let unset = |field: &str, errors: &mut Vec<FieldError>| {
        errors.push(FieldError::invalid(field, &"".into(), "needs to be unset"));
    };
    if event["eventTime"].is_null() {
        errors.push(FieldError::required("eventTime", ""));
    }
    let of = event["type"].as_str().unwrap_or_default();
    if !["Normal", "Warning"].contains(&of) {
        errors.push(FieldError::invalid("type", &"".into(), format!("has invalid value: {of}")));
    }
    for field in ["firstTimestamp", "lastTimestamp"] {
        if !event[field].is_null() {
            unset(field, &mut errors);
        }
    }
    if event["count"].as_i64().unwrap_or(0) != 0 {
        unset("count", &mut errors);
    }
    if event["source"].as_object().is_some_and(|source| !source.is_empty()) {
        unset("source", &mut errors);
    }
    errors
}

fn common(event: &Value, controller: &str) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let namespace = meta::text(event, "namespace");
    let about = event["involvedObject"]["namespace"].as_str().unwrap_or_default();
    let elsewhere = |errors: &mut Vec<FieldError>| {
        let message = "does not match event.namespace";
        errors.push(FieldError::invalid("involvedObject.namespace", &about.into(), message));
    };
    if event["eventTime"].is_null() {
        let cluster_wide = about.is_empty() && namespace == "default";
        if about != namespace && !cluster_wide {
            elsewhere(&mut errors);
        }
        return errors;
    }
    if about.is_empty() && !["default", "kube-system"].contains(&namespace) {
        elsewhere(&mut errors);
    }
    let text = |field: &str| event[field].as_str().unwrap_or_default();
    let reporter = text("reportingComponent");
    if reporter.is_empty() {
        errors.push(FieldError::required(controller, ""));
    }
    for message in names::label_key(reporter) {
        errors.push(FieldError::invalid(controller, &reporter.into(), message));
    }
    for (field, limit) in [("reportingInstance", 128), ("action", 128), ("reason", 128)] {
        if text(field).is_empty() {
            errors.push(FieldError::required(field, ""));
        }
        too_long(field, text(field), limit, &mut errors);
    }
    too_long("message", text("message"), 1024, &mut errors);
    errors
}

fn too_long(field: &str, text: &str, limit: usize, errors: &mut Vec<FieldError>) {
    if text.len() > limit {
        let message = format!("can have at most {limit} characters");
        errors.push(FieldError::invalid(field, &"".into(), message));
    }
}
