//! Server-side apply: a manager says all that it wants, and owns it.
//!
//! Fields have owners per manager and way of writing (apply or update), as on a real server. Left out: `managedFields` is not
//! shown; the granularity of a custom resource's lists is that of a resource without a schema (a list is one value).

mod owners;

pub(crate) use owners::Owners;

use axum::body::Body;
use http::{Response, StatusCode};
use serde_json::{Value, json};

use super::options::WriteOptions;
use super::patch::APPLY;
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
        let config = self.value(&[APPLY])?;
        if config["apiVersion"].is_null() || config["kind"].is_null() {
            return Err(Failure::bad_request(
                "error decoding YAML: Object 'apiVersion' or 'kind' is missing",
            ));
        }
        let mut decoded = self.decode(config, options.unknown_fields)?;
        self.check_body_namespace(&mut decoded.object)?;
        if meta::name(&decoded.object).is_empty() {
            meta::set(&mut decoded.object, "name", self.name().into());
        }
        let name = meta::name(&decoded.object);
        if name != self.name() {
            return Err(Failure::bad_request(format!(
                "the name of the object ({name}) does not match the name on the URL ({})",
                self.name()
            )));
        }
        let manager = Manager::apply(&options.manager);
        let custom = self.kind.rules.custom;
        let mut store = self.server.store();
        let Some(existing) = store.get(&self.key()).cloned() else {
            if !meta::text(&decoded.object, "uid").is_empty() || self.target.subresource.is_some() {
                return Err(self.not_found());
            }
            let owners = Owners::applied(&manager, &decoded.object, custom);
            let object = self.create_object(&mut store, decoded.object, owners, options)?;
            return Ok(self.show(wanted, StatusCode::CREATED, &object, &decoded.warnings));
        };
        let applied =
            existing.owners.apply(&manager, &existing.object, &decoded.object, options.force, custom);
        let (mut object, owners) = applied.map_err(refuse)?;
        // A version in what is applied is a precondition; without one there is none.
        let version = match meta::text(&decoded.object, "resourceVersion") {
            "" => meta::text(&existing.object, "resourceVersion").to_owned(),
            version => version.to_owned(),
        };
        meta::set(&mut object, "resourceVersion", version.into());
        let object = self.decode(object, options.unknown_fields)?.object;
        let object = self.replace(&mut store, &existing, object, owners, options)?;
        Ok(self.show(wanted, StatusCode::OK, &object, &decoded.warnings))
    }
}

fn refuse(conflicts: Vec<Conflict>) -> Failure {
    let causes: Vec<Value> = conflicts
        .iter()
        .map(|conflict| {
            json!({
                "reason": "FieldManagerConflict",
                "message": format!("conflict with {:?}", conflict.manager),
                "field": conflict.field,
            })
        })
        .collect();
    let texts: Vec<String> =
        conflicts.iter().map(|one| format!("conflict with {:?}: {}", one.manager, one.field)).collect();
    let (count, noun) = (conflicts.len(), if conflicts.len() == 1 { "conflict" } else { "conflicts" });
    let list = if count == 1 { texts.join("") } else { format!("\n- {}", texts.join("\n- ")) };
    Failure::apply_conflict(format!("Apply failed with {count} {noun}: {list}"), causes)
}
