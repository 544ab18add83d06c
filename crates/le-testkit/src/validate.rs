//! What a real API server refuses in an object, in its words.

mod event;
mod lease;
mod maps;
mod metadata;
mod names;

pub(crate) use names::{label_key, label_value};

use serde_json::Value;

use crate::failure::FieldError;
use crate::kind::Kind;

/// Checks an object that is about to be created.
pub(crate) fn create(kind: &Kind, object: &Value) -> Vec<FieldError> {
    let mut errors = metadata::create(kind, object);
    errors.extend(content(kind, object, None));
    errors
}

/// Checks an object that is about to replace another.
pub(crate) fn update(kind: &Kind, object: &Value, old: &Value) -> Vec<FieldError> {
    let mut errors = metadata::update(object, old);
    errors.extend(content(kind, object, Some(old)));
    errors
}

fn content(kind: &Kind, object: &Value, old: Option<&Value>) -> Vec<FieldError> {
    match kind.resource() {
        "leases.coordination.k8s.io" => lease::check(object),
        "configmaps" => maps::config_map(object, old),
        "secrets" => maps::secret(object, old),
        "events" | "events.events.k8s.io" => event::check(kind, object, old),
        _ => Vec::new(),
    }
}
