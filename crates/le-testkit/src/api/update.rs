//! Updates: an object replaces the one before it.

use axum::body::Body;
use http::{Response, StatusCode};
use serde_json::Value;

use super::options::WriteOptions;
use super::{Call, Owners, Shape, write};
use crate::failure::{Failure, FieldError, Outcome};
use crate::meta;
use crate::store::{Store, Stored};
use crate::validate;

/// Why a write under an old version is refused.
pub(super) const MODIFIED: &str =
    "the object has been modified; please apply your changes to the latest version and try again";

impl Call {
    pub(super) fn update(&self) -> Outcome<Response<Body>> {
        let wanted = Shape::negotiate(&self.request)?;
        let options = WriteOptions::parse(&self.request)?;
        let mut decoded = self.object(options.unknown_fields)?;
        self.check_body_namespace(&mut decoded.object)?;
        self.check_body_name(&decoded.object)?;
        let mut store = self.server.store();
        let Some(existing) = store.get(&self.key()).cloned() else {
            if !self.kind.rules.create_on_update || self.target.subresource.is_some() {
                return Err(self.not_found());
            }
            self.check_uid(&decoded.object, &Value::Null)?;
            // Any version will do, but it must be one.
            meta::version(&decoded.object).map_err(Failure::unforeseen)?;
            let owners = Owners::updated(&Owners::default(), &Value::Null, &decoded.object, &options.manager);
            let object = self.create_object(&mut store, decoded.object, owners, &options)?;
            return Ok(self.show(wanted, StatusCode::CREATED, &object, &decoded.warnings));
        };
        self.check_uid(&decoded.object, &existing.object)?;
        let owners = Owners::updated(&existing.owners, &existing.object, &decoded.object, &options.manager);
        let object = self.replace(&mut store, &existing, decoded.object, owners, &options)?;
        Ok(self.show(wanted, StatusCode::OK, &object, &decoded.warnings))
    }

    /// The name of a body must be that of the path.
    pub(super) fn check_body_name(&self, object: &Value) -> Outcome<()> {
        let (name, wanted) = (meta::name(object), self.name());
        if name == wanted {
            return Ok(());
        }
        if name.is_empty() {
            return Err(self.nameless());
        }
        Err(Failure::bad_request(format!(
            "the name of the object ({name}) does not match the name on the URL ({wanted})"
        )))
    }

    pub(super) fn nameless(&self) -> Failure {
        let wanted = self.name();
        Failure::bad_request(format!(
            "the name of the object ({wanted} based on URL) was undeterminable: name must be provided"
        ))
    }

    /// A uid in the body is a precondition.
    pub(super) fn check_uid(&self, object: &Value, existing: &Value) -> Outcome<()> {
        let (wanted, uid) = (meta::text(object, "uid"), meta::text(existing, "uid"));
        if wanted.is_empty() || wanted == uid {
            return Ok(());
        }
        Err(Failure::conflict(
            &self.kind,
            self.name(),
            &self.precondition(&format!("UID in precondition: {wanted}, UID in object meta: {uid}")),
        ))
    }

    /// A precondition that does not hold, as the storage of the real server says it.
    fn precondition(&self, what: &str) -> String {
        let kind = &self.kind;
        let prefix = if kind.rules.custom { format!("{}/", kind.group()) } else { String::new() };
        let namespace = if kind.is_namespaced() { format!("{}/", self.namespace()) } else { String::new() };
        format!(
            "StorageError: invalid object, Code: 4, Key: /registry/{prefix}{}/{namespace}{}, ResourceVersion: 0, \
             AdditionalErrorMsg: Precondition failed: {what}",
            kind.plural(),
            self.name()
        )
    }

    /// Puts `object` in the place of `existing`, if its version and its content allow it. Where nothing changes, nothing is
    /// written, and the version stays.
    pub(super) fn replace(
        &self,
        store: &mut Store,
        existing: &Stored,
        mut object: Value,
        owners: Owners,
        options: &WriteOptions,
    ) -> Outcome<Value> {
        let (kind, old) = (&*self.kind, &*existing.object);
        match meta::version(&object).map_err(Failure::unforeseen)? {
            Some(version) if version.to_string() != meta::text(old, "resourceVersion") => {
                return Err(Failure::conflict(kind, self.name(), MODIFIED));
            }
            Some(_) => {}
            None if kind.rules.unconditional_update => {
                meta::copy(old, &mut object, "resourceVersion");
            }
            None => {
                let error = FieldError {
                    field: "metadata.resourceVersion".into(),
                    reason: "FieldValueInvalid",
                    body: "Invalid value: 0: must be specified for an update".into(),
                };
                let failure = Failure::invalid_as(kind.group(), kind.plural(), self.name(), vec![error]);
                return Err(failure);
            }
        }
        write::prepare_for_update(self, &mut object, old);
        if meta::text(&object, "uid").is_empty() {
            meta::copy(old, &mut object, "uid");
        }
        meta::copy(old, &mut object, "creationTimestamp");
        if meta::is_terminating(old) {
            meta::copy(old, &mut object, "deletionTimestamp");
            if object["metadata"]["deletionGracePeriodSeconds"].is_null() {
                meta::copy(old, &mut object, "deletionGracePeriodSeconds");
            }
        }
        let errors = validate::update(kind, &object, old);
        if !errors.is_empty() {
            return Err(Failure::invalid(kind, self.name(), errors));
        }
        self.server.admits(&self.request, kind, self.name(), Some(old), &object)?;
        let key = self.key();
        let grace = object["metadata"]["deletionGracePeriodSeconds"].as_i64().unwrap_or(0);
        let last_finalizer_gone = meta::is_terminating(&object)
            && meta::finalizers(&object).is_empty()
            && grace == 0
            && !self.holds_back(&object);
        if options.dry_run {
            return Ok(object);
        }
        if last_finalizer_gone {
            store.remove(&key);
            self.server.settle_namespace(store, self.namespace());
            return Ok(object);
        }
        if object == *old && owners == *existing.owners {
            return Ok(object);
        }
        let stored = self.stored(object, owners, Some(existing));
        let object = Value::clone(&store.put(key, stored));
        if kind.resource() == "namespaces" {
            self.server.settle_namespace(store, self.name());
        }
        Ok(object)
    }

    /// A namespace stays as long as its own finalizers are there.
    fn holds_back(&self, object: &Value) -> bool {
        let finalizers = object["spec"]["finalizers"].as_array();
        self.kind.resource() == "namespaces" && finalizers.is_some_and(|list| !list.is_empty())
    }
}
