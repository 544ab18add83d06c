//! Creations.

use std::sync::Arc;

use axum::body::Body;
use http::{Response, StatusCode};
use serde_json::Value;

use super::options::{UnknownFields, WriteOptions};
use super::{Call, Owners, Shape, write};
use crate::failure::{Failure, Outcome};
use crate::meta;
use crate::request::Verb;
use crate::store::{Key, Store, Stored};
use crate::validate;

impl Call {
    pub(super) fn create(&self) -> Outcome<Response<Body>> {
        let wanted = Shape::negotiate(&self.request)?;
        let options = WriteOptions::parse(&self.request)?;
        let decoded = self.object(options.unknown_fields)?;
        let owners = Owners::updated(&Owners::default(), &Value::Null, &decoded.object, &options.manager);
        let object = self.create_object(&mut self.server.store(), decoded.object, owners, &options)?;
        Ok(self.show(wanted, StatusCode::CREATED, &object, &decoded.warnings))
    }

    /// Creates an object that came without a request of its own, and belongs to nobody.
    pub(crate) fn fill(&self, object: Value) {
        let name = meta::name(&object).to_owned();
        let options = WriteOptions {
            dry_run: false,
            force: false,
            manager: String::new(),
            unknown_fields: UnknownFields::Refuse,
        };
        let created = self.object_of(object, options.unknown_fields).and_then(|decoded| {
            let mut store = self.server.store();
            store.remember_one_more();
            self.create_object(&mut store, decoded.object, Owners::default(), &options)
        });
        if let Err(failure) = created {
            let status = failure.status();
            let why = status["message"].as_str().unwrap_or_default();
            panic!("{} {name:?} cannot be created: {why}", self.kind.kind());
        }
    }

    /// Stores a new object, after everything that can be wrong with it has been looked at.
    pub(super) fn create_object(
        &self,
        store: &mut Store,
        mut object: Value,
        owners: Owners,
        options: &WriteOptions,
    ) -> Outcome<Arc<Value>> {
        let kind = &*self.kind;
        self.check_body_namespace(&mut object)?;
        self.check_namespace(store, meta::name(&object))?;
        write::fill_system_fields(kind, &mut object, self.server.clock.now());
        let prefix = meta::text(&object, "generateName").to_owned();
        let generated = meta::name(&object).is_empty() && !prefix.is_empty();
        if generated {
            meta::set(&mut object, "name", self.free_name(store, &prefix).into());
        }
        write::prepare_for_create(kind, &mut object);
        let name = meta::name(&object).to_owned();
        let errors = validate::create(kind, &object);
        if !errors.is_empty() {
            return Err(Failure::invalid(kind, &name, errors));
        }
        let key = Key::new(kind.storage(), self.namespace(), &name);
        // A version that is no number passes here, on the real server, too.
        if self.request.verb() == Verb::Create && matches!(meta::version(&object), Ok(Some(_))) {
            return Err(Failure::unforeseen("resourceVersion should not be set on objects to be created"));
        }
        meta::remove(&mut object, "resourceVersion");
        if let Some(existing) = store.get(&key) {
            let failure = if generated {
                Failure::generate_name_conflict(kind, &name)
            } else {
                Failure::already_exists(kind, &name)
            };
            let leaving = meta::is_terminating(&existing.object);
            return Err(if leaving { failure.being_deleted() } else { failure });
        }
        self.server.admits(&self.request, kind, &name, None, &object)?;
        if options.dry_run {
            return Ok(Arc::new(object));
        }
        let stored: Stored = self.stored(object, owners, None);
        Ok(store.put(key, stored))
    }

    /// A generated name that is not taken, if a few tries find one.
    fn free_name(&self, store: &Store, prefix: &str) -> String {
        let mut name = write::generate_name(prefix);
        for _ in 0..7 {
            if store.get(&Key::new(self.kind.storage(), self.namespace(), &name)).is_none() {
                break;
            }
            name = write::generate_name(prefix);
        }
        name
    }
}
