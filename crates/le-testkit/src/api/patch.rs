//! Patches: JSON, merge, strategic merge; and apply, which has a file of its own.

mod strategic;

use axum::body::Body;
use http::{Response, StatusCode};
use serde_json::{Map, Value};

use super::options::WriteOptions;
use super::{Call, Owners, Shape, body};
use crate::failure::{Failure, FieldError, Outcome};
use crate::meta;

pub(super) const JSON: &str = "application/json-patch+json";
pub(super) const MERGE: &str = "application/merge-patch+json";
pub(super) const STRATEGIC: &str = "application/strategic-merge-patch+json";
pub(super) const APPLY: &str = "application/apply-patch+yaml";

impl Call {
    pub(super) fn patch(&self) -> Outcome<Response<Body>> {
        let wanted = Shape::negotiate(&self.request)?;
        let accepted: &[&str] =
            if self.kind.rules.custom { &[JSON, MERGE, APPLY] } else { &[JSON, MERGE, STRATEGIC, APPLY] };
        let media = body::media_type(self);
        if !accepted.contains(&media.as_str()) {
            return Err(Failure::unsupported_media_type(accepted));
        }
        let options = WriteOptions::parse(&self.request)?;
        if media == APPLY {
            return self.apply(wanted, &options);
        }
        if self.request.query("force").is_some() {
            let error = FieldError::forbidden("force", "may not be specified for non-apply patch");
            return Err(Failure::invalid_as("meta.k8s.io", "PatchOptions", "", vec![error]));
        }
        let mut store = self.server.store();
        let existing = store.get(&self.key()).cloned().ok_or_else(|| self.not_found())?;
        let mut patched = Value::clone(&existing.object);
        self.change(&mut patched, &media)?;
        let mut decoded = self.decode(patched, options.unknown_fields)?;
        self.check_body_namespace(&mut decoded.object)?;
        let name = meta::name(&decoded.object);
        if name != self.name() {
            let error = FieldError::invalid("metadata.name", &name.into(), "field is immutable");
            return Err(Failure::invalid(&self.kind, name, vec![error]));
        }
        let owners =
            Owners::updated(&existing.owners, &existing.object, &decoded.object, &options.manager);
        let object = self.replace(&mut store, &existing, decoded.object, owners, &options)?;
        Ok(self.show(wanted, StatusCode::OK, &object, &decoded.warnings))
    }

    fn change(&self, object: &mut Value, media: &str) -> Outcome<()> {
        let patch: Value = serde_json::from_slice(self.request.body())
            .map_err(|error| Failure::bad_request(format!("error decoding patch: {error}")))?;
        match media {
            JSON => {
                let patch: json_patch::Patch = serde_json::from_value(patch)
                    .map_err(|error| Failure::bad_request(format!("error decoding patch: {error}")))?;
                json_patch::patch(object, &patch).map_err(|_| {
                    Failure::unprocessable(
                        "the server rejected our request due to an error in our request",
                    )
                })?;
            }
            MERGE if patch.is_object() => merge(object, patch),
            STRATEGIC if patch.is_object() => strategic::merge(object, &patch)?,
            _ => {
                let why = "error decoding patch: json: cannot unmarshal into Go value of type map[string]interface {}";
                return Err(Failure::bad_request(why));
            }
        }
        Ok(())
    }
}

/// RFC 7396.
pub(super) fn merge(target: &mut Value, patch: Value) {
    let Value::Object(patch) = patch else {
        *target = patch;
        return;
    };
    if !target.is_object() {
        *target = Value::Object(Map::new());
    }
    for (key, value) in patch {
        if value.is_null() {
            target.as_object_mut().map(|target| target.remove(&key));
        } else {
            merge(&mut target[key], value);
        }
    }
}
