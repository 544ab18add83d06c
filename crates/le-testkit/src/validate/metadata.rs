//! The rules of `metadata`.

use serde_json::Value;

use super::names;
use crate::failure::FieldError;
use crate::kind::Kind;
use crate::meta;

/// What all annotations of an object may take together.
const ANNOTATIONS_LIMIT: usize = 256 * 1024;

pub(super) fn create(kind: &Kind, object: &Value) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let prefix = meta::text(object, "generateName");
    if !prefix.is_empty() {
        // A prefix may end where a name may not, for something follows it.
        let checked = prefix.strip_suffix(['-']).map_or(prefix.to_owned(), |rest| format!("{rest}a"));
        for message in names::name(kind, &checked) {
            errors.push(FieldError::invalid("metadata.generateName", &prefix.into(), message));
        }
    }
    let name = meta::name(object);
    if name.is_empty() {
        errors.push(FieldError::required("metadata.name", "name or generateName is required"));
    }
    for message in names::name(kind, name).into_iter().filter(|_| !name.is_empty()) {
        errors.push(FieldError::invalid("metadata.name", &name.into(), message));
    }
    let namespace = meta::text(object, "namespace");
    if kind.is_namespaced() {
        for message in names::label(namespace) {
            errors.push(FieldError::invalid("metadata.namespace", &namespace.into(), message));
        }
    } else if !namespace.is_empty() {
        errors.push(FieldError::forbidden("metadata.namespace", "not allowed on this type"));
    }
    errors.extend(common(object));
    errors
}

pub(super) fn update(object: &Value, old: &Value) -> Vec<FieldError> {
    let mut errors = Vec::new();
    if meta::is_terminating(old) {
        let before = meta::finalizers(old);
        let mut extra: Vec<&str> =
            meta::finalizers(object).into_iter().filter(|one| !before.contains(one)).collect();
        extra.sort_unstable();
        if !extra.is_empty() {
            let list = extra.iter().map(|one| format!("{one:?}")).collect::<Vec<_>>().join(", ");
            let message = format!(
                "no new finalizers can be added if the object is being deleted, found new finalizers []string{{{list}}}"
            );
            errors.push(FieldError::forbidden("metadata.finalizers", message));
        }
    }
    for field in ["uid", "deletionTimestamp", "deletionGracePeriodSeconds"] {
        let (now, was) = (&object["metadata"][field], &old["metadata"][field]);
        if now != was {
            errors.push(FieldError::invalid(format!("metadata.{field}"), now, "field is immutable"));
        }
    }
    errors.extend(common(object));
    errors
}

fn common(object: &Value) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let metadata = &object["metadata"];
    for (key, value) in metadata["labels"].as_object().into_iter().flatten() {
        for message in names::label_key(key) {
            errors.push(FieldError::invalid("metadata.labels", &key.as_str().into(), message));
        }
        for message in names::label_value(value.as_str().unwrap_or_default()) {
            errors.push(FieldError::invalid("metadata.labels", value, message));
        }
    }
    let mut size = 0;
    for (key, value) in metadata["annotations"].as_object().into_iter().flatten() {
        for message in names::label_key(&key.to_lowercase()) {
            errors.push(FieldError::invalid("metadata.annotations", &key.as_str().into(), message));
        }
        size += key.len() + value.as_str().unwrap_or_default().len();
    }
    if size > ANNOTATIONS_LIMIT {
        errors.push(FieldError::too_long("metadata.annotations", ANNOTATIONS_LIMIT));
    }
    errors.extend(owners(&metadata["ownerReferences"]));
    for finalizer in meta::finalizers(object) {
        for message in names::label_key(finalizer) {
            errors.push(FieldError::invalid("metadata.finalizers", &finalizer.into(), message));
        }
    }
    let finalizers = meta::finalizers(object);
    if finalizers.contains(&"orphan") && finalizers.contains(&"foregroundDeletion") {
        let message = "finalizer orphan and foregroundDeletion cannot be both set";
        errors.push(FieldError::invalid("metadata.finalizers", &metadata["finalizers"], message));
    }
    errors
}

fn owners(references: &Value) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let mut controller: Option<String> = None;
    for (index, reference) in references.as_array().into_iter().flatten().enumerate() {
        for field in ["apiVersion", "kind", "name", "uid"] {
            if reference[field].as_str().unwrap_or_default().is_empty() {
                let field = format!("metadata.ownerReferences[{index}].{field}");
                errors.push(FieldError::required(field, "must not be empty"));
            }
        }
        let text = |field: &str| reference[field].as_str().unwrap_or_default();
        let version = text("apiVersion");
        if version.matches('/').count() > 1 {
            let field = format!("metadata.ownerReferences[{index}].apiVersion");
            errors.push(FieldError::invalid(
                field,
                &version.into(),
                "must be <group>/<version> or <version>",
            ));
        }
        if (version, text("kind")) == ("v1", "Event") {
            let message = "/v1, Kind=Event is disallowed from being an owner";
            errors.push(FieldError::invalid(
                format!("metadata.ownerReferences[{index}]"),
                reference,
                message,
            ));
        }
        if reference["controller"] != true {
            continue;
        }
        let text = |field: &str| reference[field].as_str().unwrap_or_default().to_owned();
        let this = format!("{}/{}", text("kind"), text("name"));
        match &controller {
            Some(first) => {
                let message = format!(
                    "Only one reference can have Controller set to true. Found \"true\" in references for {first} and {this}"
                );
                errors.push(FieldError::invalid("metadata.ownerReferences", references, message));
            }
            None => controller = Some(this),
        }
    }
    errors
}
