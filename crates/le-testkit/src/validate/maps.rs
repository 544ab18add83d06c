//! The rules of ConfigMaps and Secrets.

use serde_json::Value;

use super::names;
use crate::failure::FieldError;

/// What a ConfigMap or a Secret may hold in all.
const LIMIT: usize = 1024 * 1024;

pub(super) fn config_map(object: &Value, old: Option<&Value>) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let mut size = 0;
    for field in ["data", "binaryData"] {
        for (key, value) in object[field].as_object().into_iter().flatten() {
            check_key(field, key, &mut errors);
            if field == "binaryData" && object["data"].get(key).is_some() {
                let message = "duplicate of key present in binaryData";
                errors.push(FieldError::invalid(format!("data[{key}]"), &key.as_str().into(), message));
            }
            size += value.as_str().unwrap_or_default().len();
        }
    }
    if size > LIMIT {
        errors.push(FieldError::too_long("[]", LIMIT));
    }
    errors.extend(old.into_iter().flat_map(|old| immutable(object, old, &["data", "binaryData"])));
    errors
}

pub(super) fn secret(object: &Value, old: Option<&Value>) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let mut size = 0;
    for (key, value) in object["data"].as_object().into_iter().flatten() {
        check_key("data", key, &mut errors);
        size += value.as_str().unwrap_or_default().len() / 4 * 3;
    }
    if size > LIMIT {
        errors.push(FieldError::too_long("data", LIMIT));
    }
    if let Some(old) = old {
        if object["type"] != old["type"] {
            errors.push(FieldError::invalid("type", &object["type"], "field is immutable"));
        }
        errors.extend(immutable(object, old, &["data"]));
    }
    errors
}

fn check_key(field: &str, key: &str, errors: &mut Vec<FieldError>) {
    for message in names::config_map_key(key) {
        errors.push(FieldError::invalid(format!("{field}[{key}]"), &key.into(), message));
    }
}

/// What was once made immutable stays as it is.
fn immutable(object: &Value, old: &Value, fields: &[&str]) -> Vec<FieldError> {
    if old["immutable"] != true {
        return Vec::new();
    }
    let mut errors = Vec::new();
    let message = "field is immutable when `immutable` is set";
    if object["immutable"] != true {
        errors.push(FieldError::forbidden("immutable", message));
    }
    for field in fields {
        if object[*field] != old[*field] {
            errors.push(FieldError::forbidden(*field, message));
        }
    }
    errors
}
