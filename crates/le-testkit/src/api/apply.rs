//! Server-side apply: a manager says all that it wants, and owns it.
//!
//! Fields have owners per manager and way of writing (apply or update), as on a real server. Left out: `managedFields` is not
//! shown; the granularity of a custom resource's lists is that of a resource without a schema (a list is one value).

mod owners;
mod typed;

pub(crate) use owners::Owners;

use axum::body::Body;
use http::{Response, StatusCode};
use serde_json::{Value, json};

use super::body::Decoded;
use super::options::WriteOptions;
use super::{Call, Shape};
use crate::failure::{Failure, FieldError, Outcome};
use crate::meta;
use owners::{Conflict, Manager};

impl Call {
    pub(super) fn apply(&self, wanted: Shape, options: &WriteOptions) -> Outcome<Response<Body>> {
        if self.request.query("fieldManager").unwrap_or_default().is_empty() {
            let error = FieldError::required("fieldManager", "is required for apply patch");
            return Err(Failure::invalid_as("meta.k8s.io", "PatchOptions", "", vec![error]));
        }
        let config = self.applied()?;
        let text = |field: &str| config[field].as_str().unwrap_or_default();
        if (text("apiVersion"), text("kind")) != (self.kind.api_version().as_str(), self.kind.kind()) {
            let (group, version) = text("apiVersion").split_once('/').unwrap_or(("", text("apiVersion")));
            let message = format!("invalid object type: {group}/{version}, Kind={}", text("kind"));
            return Err(Failure::bad_request(message));
        }
        if !config["metadata"]["managedFields"].is_null() {
            return Err(Failure::bad_request("metadata.managedFields must be nil"));
        }
        if let Some(schema) = self.kind.rules.schema {
            typed::check(&config, schema).map_err(|why| self.untyped(&config, &why))?;
        }
        let mut decoded = self.patched(config, options.unknown_fields)?;
        self.check_known(&decoded)?;
        self.check_body_namespace(&mut decoded.object)?;
        let nameless = meta::name(&decoded.object).is_empty();
        if nameless {
            meta::set(&mut decoded.object, "name", self.name().into());
        }
        self.check_body_name(&decoded.object)?;
        let manager = Manager::apply(&options.manager);
        let custom = self.kind.rules.custom;
        let mut store = self.server.store();
        let Some(existing) = store.get(&self.key()).cloned() else {
            if self.target.subresource.is_some() {
                return Err(self.not_found());
            }
            if nameless {
                return Err(self.nameless());
            }
            let uid = meta::text(&decoded.object, "uid");
            if !uid.is_empty() {
                let why = format!(
                    "uid mismatch: the provided object specified uid {uid}, and no existing object was found"
                );
                return Err(Failure::conflict(&self.kind, self.name(), &why));
            }
            let owners = Owners::applied(&manager, &decoded.object, custom);
            let object = self.create_object(&mut store, decoded.object, owners, options)?;
            return Ok(self.show(wanted, StatusCode::CREATED, &object, &decoded.warnings));
        };
        let applied =
            existing.owners.apply(&manager, &existing.object, &decoded.object, options.force, custom);
        let (mut object, owners) =
            applied.map_err(|conflicts| refuse(&conflicts, &self.kind.api_version()))?;
        // A version in what is applied is a precondition; without one there is none.
        let version = match meta::text(&decoded.object, "resourceVersion") {
            "" => meta::text(&existing.object, "resourceVersion").to_owned(),
            version => version.to_owned(),
        };
        meta::set(&mut object, "resourceVersion", version.into());
        let object = self.kind.shown(&object).into_owned();
        let object = self.patched(object, options.unknown_fields)?.object;
        let object = self.replace(&mut store, &existing, object, owners, options)?;
        Ok(self.show(wanted, StatusCode::OK, &object, &decoded.warnings))
    }

    /// What is applied may have known fields only, whatever is asked about unknown ones.
    fn check_known(&self, decoded: &Decoded) -> Outcome<()> {
        let Some(field) = decoded.unknown.first() else { return Ok(()) };
        Err(self.untyped(&decoded.object, &format!(".{field}: field not declared in schema")))
    }

    fn untyped(&self, object: &Value, why: &str) -> Failure {
        let place = format!("{}/{}", meta::text(object, "namespace"), meta::name(object));
        let (api_version, kind) = (self.kind.api_version(), self.kind.kind());
        let slash = if self.kind.group().is_empty() { "/" } else { "" };
        Failure::unforeseen(format!(
            "failed to create typed patch object ({place}; {slash}{api_version}, Kind={kind}): {why}"
        ))
    }
}

fn refuse(conflicts: &[Conflict], api_version: &str) -> Failure {
    let with = |manager: &Manager| {
        let using = if manager.applies { String::new() } else { format!(" using {api_version}") };
        format!("{:?}{using}", manager.name)
    };
    let mut by_field: Vec<&Conflict> = conflicts.iter().collect();
    by_field.sort_by(|one, other| one.field.cmp(&other.field));
    let causes: Vec<Value> = by_field
        .into_iter()
        .map(|conflict| {
            let message = format!("conflict with {}", with(&conflict.manager));
            json!({ "reason": "FieldManagerConflict", "message": message, "field": conflict.field })
        })
        .collect();
    if let [one] = conflicts {
        let message =
            format!("Apply failed with 1 conflict: conflict with {}: {}", with(&one.manager), one.field);
        return Failure::apply_conflict(message, causes);
    }
    let mut lines = Vec::new();
    let mut last = None;
    for conflict in conflicts {
        // Conflicts come manager by manager.
        if last.replace(&conflict.manager) != Some(&conflict.manager) {
            lines.push(format!("conflicts with {}:", with(&conflict.manager)));
        }
        lines.push(format!("- {}", conflict.field));
    }
    let message = format!("Apply failed with {} conflicts: {}", conflicts.len(), lines.join("\n"));
    Failure::apply_conflict(message, causes)
}
