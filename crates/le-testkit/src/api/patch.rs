//! Patches: JSON, merge, strategic merge; and apply, which has a file of its own.

mod strategic;

use std::slice;

use axum::body::Body;
use http::{Response, StatusCode};
use json_patch::jsonptr::PointerBuf;
use json_patch::{AddOperation, CopyOperation, PatchOperation, ReplaceOperation, TestOperation};
use serde_json::{Map, Value};

use super::options::WriteOptions;
use super::{Call, Owners, Shape, body};
use crate::failure::{Failure, FieldError, Outcome};
use crate::schema;

pub(super) const JSON: &str = "application/json-patch+json";
pub(super) const MERGE: &str = "application/merge-patch+json";
pub(super) const STRATEGIC: &str = "application/strategic-merge-patch+json";
pub(super) const APPLY: &str = "application/apply-patch+yaml";

/// More operations than this are refused.
const OPERATIONS_LIMIT: usize = 10_000;

impl Call {
    pub(super) fn patch(&self) -> Outcome<Response<Body>> {
        let wanted = Shape::negotiate(&self.request)?;
        let accepted: &[&str] =
            if self.kind.rules.custom { &[JSON, MERGE, APPLY] } else { &[JSON, MERGE, STRATEGIC, APPLY] };
        let media = body::media_type(self);
        if !accepted.contains(&media.as_str()) {
            let custom = self.kind.rules.custom;
            return Err(if custom {
                Failure::unsupported_media_type(accepted)
            } else {
                Failure::unsupported_patch()
            });
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
        let mut patched = self.kind.shown(&existing.object).into_owned();
        self.change(&mut patched, &media)?;
        if media == STRATEGIC {
            // It is applied to the type itself, which says what it is whatever the patch says.
            patched["apiVersion"] = self.kind.api_version().into();
            patched["kind"] = self.kind.kind().into();
        }
        let mut decoded = self.patched(patched, options.unknown_fields)?;
        self.check_body_namespace(&mut decoded.object)?;
        self.check_body_name(&decoded.object)?;
        let owners = Owners::updated(&existing.owners, &existing.object, &decoded.object, &options.manager);
        let object = self.replace(&mut store, &existing, decoded.object, owners, &options)?;
        Ok(self.show(wanted, StatusCode::OK, &object, &decoded.warnings))
    }

    fn change(&self, object: &mut Value, media: &str) -> Outcome<()> {
        let body = self.request.body();
        let patch: Option<Value> = serde_json::from_slice(body).ok();
        let undecodable = |why: String| Failure::bad_request(format!("error decoding patch: {why}"));
        match (media, patch) {
            (_, None) => Err(Failure::bad_request("invalid JSON patch")),
            (MERGE, Some(Value::Null)) => Err(Failure::bad_request("Invalid JSON Patch")),
            (_, Some(Value::Null)) => Ok(()),
            (JSON, Some(Value::Array(operations))) => change_by_operations(object, operations),
            (JSON, Some(other)) => {
                let what = schema::go_kind(&other);
                Err(undecodable(format!(
                    "json: cannot unmarshal {what} into Go value of type []handlers.jsonPatchOp"
                )))
            }
            (MERGE, Some(patch @ Value::Object(_))) => {
                merge(object, patch);
                Ok(())
            }
            (STRATEGIC, Some(patch @ Value::Object(_))) => strategic::merge(object, &patch),
            (_, Some(other)) => {
                let what = schema::go_kind(&other);
                let why =
                    format!("json: cannot unmarshal {what} into Go value of type map[string]interface {{}}");
                Err(if media == MERGE { undecodable(why) } else { Failure::bad_request(why) })
            }
        }
    }
}

/// RFC 6902, but for what is said of absence below. Nothing is changed unless everything can be: the object is the caller's copy.
fn change_by_operations(object: &mut Value, operations: Vec<Value>) -> Outcome<()> {
    let refused = || Failure::unprocessable("the server rejected our request due to an error in our request");
    if operations.len() > OPERATIONS_LIMIT {
        return Err(Failure::too_many_operations(OPERATIONS_LIMIT, operations.len()));
    }
    let mut operations = operations;
    for operation in &mut operations {
        let Some(fields) = operation.as_object_mut() else {
            let what = schema::go_kind(operation);
            let why = format!("json: cannot unmarshal {what} into Go value of type handlers.jsonPatchOp");
            return Err(Failure::bad_request(format!("error decoding patch: {why}")));
        };
        if fields.get("op").is_some_and(|op| op == "add" || op == "replace") {
            // Without a value, null is meant.
            fields.entry("value").or_insert(Value::Null);
        }
    }
    let patch: json_patch::Patch = serde_json::from_value(Value::Array(operations)).map_err(|_| refused())?;
    for operation in patch.iter() {
        if tests_absence(object, operation) {
            continue;
        }
        let operation = amid_absence(object, operation).unwrap_or_else(|| operation.clone());
        json_patch::patch(object, slice::from_ref(&operation)).map_err(|_| refused())?;
    }
    Ok(())
}

/// The addition that the API server does where a field which is not there is to be replaced, or to be copied.
fn amid_absence(object: &Value, operation: &PatchOperation) -> Option<PatchOperation> {
    let (absent, path, value) = match operation {
        PatchOperation::Replace(ReplaceOperation { path, value }) => (path, path, value.clone()),
        PatchOperation::Copy(CopyOperation { from, path }) => (from, path, Value::Null),
        _ => return None,
    };
    is_absent(object, absent).then(|| PatchOperation::Add(AddOperation { path: path.clone(), value }))
}

/// Tells whether a test for `null` meets a field that is not there: the API server lets it pass, and kube's finalizers begin with
/// one.
fn tests_absence(object: &Value, operation: &PatchOperation) -> bool {
    let PatchOperation::Test(TestOperation { path, value: Value::Null }) = operation else { return false };
    is_absent(object, path)
}

/// Tells whether an object is there, but not this field of it.
fn is_absent(object: &Value, path: &PointerBuf) -> bool {
    let parent = path.parent().and_then(|parent| object.pointer(parent.as_str()));
    parent.is_some_and(Value::is_object) && object.pointer(path.as_str()).is_none()
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
