//! Deletions, of one object and of many.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use http::{Response, StatusCode};
use serde_json::{Value, json};

use super::list::Page;
use super::options::WriteOptions;
use super::{Call, Shape, body, shape};
use crate::failure::{Failure, FieldError, Outcome};
use crate::meta;
use crate::schema::{self, DELETE_OPTIONS};
use crate::store::{Key, Store, Stored};

/// Namespaces that stay.
const KEPT: [&str; 3] = ["default", "kube-public", "kube-system"];

/// What a deletion asks for: `DeleteOptions`, from the body or the query.
#[derive(Debug, Default)]
struct DeleteOptions {
    dry_run: bool,
    grace: Option<i64>,
    uid: Option<String>,
    version: Option<String>,
    /// What is not gone at once is answered with 202: asked for by the old way to say that dependents are not orphaned.
    accepted: bool,
}

impl Call {
    pub(super) fn delete(&self) -> Outcome<Response<Body>> {
        let wanted = Shape::negotiate(&self.request)?;
        let options = self.delete_options()?;
        let mut store = self.server.store();
        let answer = self.delete_object(&mut store, &self.key(), &options)?;
        let waits = store.get(&self.key()).is_some();
        drop(store);
        Ok(match wanted {
            _ if answer["kind"] == "Status" => shape::json(StatusCode::OK, &answer),
            wanted => {
                let status = if options.accepted && waits { StatusCode::ACCEPTED } else { StatusCode::OK };
                self.show(wanted, status, &answer, &[])
            }
        })
    }

    pub(super) fn delete_collection(&self) -> Outcome<Response<Body>> {
        let options = self.delete_options()?;
        let Page { metadata, objects: chosen } = self.page()?;
        let mut store = self.server.store();
        for (key, _) in &chosen {
            self.delete_object(&mut store, key, &options)?;
        }
        drop(store);
        let shown: Vec<_> = chosen.iter().map(|(_, object)| self.kind.shown(object)).collect();
        let answer = self.list_of(metadata, shown.iter().map(|object| &**object));
        Ok(shape::json(StatusCode::OK, &answer))
    }

    fn delete_options(&self) -> Outcome<DeleteOptions> {
        if !self.request.body().is_empty() {
            return self.delete_options_in_body();
        }
        let query = WriteOptions::parse(&self.request)?;
        let number = |text: &str| {
            text.parse().map_err(|_| {
                Failure::bad_request(format!("strconv.ParseInt: parsing {text:?}: invalid syntax"))
            })
        };
        let policy = self.request.query("propagationPolicy").filter(|policy| !policy.is_empty());
        check_policy(policy)?;
        Ok(DeleteOptions {
            dry_run: query.dry_run,
            grace: self.request.query("gracePeriodSeconds").map(number).transpose()?,
            accepted: self
                .request
                .query("orphanDependents")
                .is_some_and(|text| text == "false" || text == "0"),
            ..DeleteOptions::default()
        })
    }

    /// Where there is a body, the query is not looked at.
    fn delete_options_in_body(&self) -> Outcome<DeleteOptions> {
        let body = self.delete_options_body()?;
        let said = |field: &str| body[field].as_str().filter(|text| !text.is_empty());
        if let Some(kind) = said("kind").filter(|kind| *kind != "DeleteOptions") {
            let version = said("apiVersion").unwrap_or("meta.k8s.io/v1");
            return Err(Failure::bad_request(body::unregistered(kind, version)));
        }
        let (body, _) = schema::decode(&body, &DELETE_OPTIONS).map_err(Failure::bad_request)?;
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let dry: Vec<&str> =
            body["dryRun"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        if dry.iter().any(|value| *value != "All") {
            return Err(refuse(FieldError::not_supported_list("dryRun", &dry, &["All"])));
        }
        check_policy(body["propagationPolicy"].as_str())?;
        Ok(DeleteOptions {
            dry_run: !dry.is_empty(),
            grace: body["gracePeriodSeconds"].as_i64(),
            uid: text(&body["preconditions"]["uid"]),
            version: text(&body["preconditions"]["resourceVersion"]),
            accepted: body["orphanDependents"] == false,
        })
    }

    /// Deletes an object, or begins to, and gives what the answer says.
    fn delete_object(&self, store: &mut Store, key: &Key, options: &DeleteOptions) -> Outcome<Value> {
        let stored = store.get(key).cloned();
        let Some(stored) = stored else { return Err(Failure::not_found(&self.kind, &key.name)) };
        let object = &*stored.object;
        if self.kind.resource() == "namespaces" && KEPT.contains(&key.name.as_str()) {
            return Err(Failure::forbidden(&self.kind, &key.name, "this namespace may not be deleted"));
        }
        self.check_preconditions(object, options)?;
        let grace = self.grace(object, options);
        let held = !meta::finalizers(object).is_empty() || self.kind.resource() == "namespaces";
        if grace == 0 && !held {
            if !options.dry_run {
                store.remove(key);
                self.server.settle_namespace(store, &key.namespace);
            }
            return Ok(self.deleted(object));
        }
        let pending = meta::is_terminating(object)
            && grace >= object["metadata"]["deletionGracePeriodSeconds"].as_i64().unwrap_or(0);
        if pending {
            return Ok(object.clone());
        }
        let mut leaving = object.clone();
        self.mark_leaving(&mut leaving, grace);
        if self.kind.resource() == "namespaces" {
            meta::remove(&mut leaving, "deletionGracePeriodSeconds");
            leaving["status"]["phase"] = "Terminating".into();
        }
        if options.dry_run {
            return Ok(leaving);
        }
        let answer = store.put(key.clone(), Stored { object: Arc::new(leaving), ..stored });
        if self.kind.resource() == "namespaces" {
            self.server.empty_namespace(store, &key.name);
        }
        Ok(Value::clone(&answer))
    }

    /// Says in the metadata of an object that it is on its way out, and for how long.
    fn mark_leaving(&self, object: &mut Value, grace: i64) {
        let until = self.server.clock.after(Duration::from_secs(grace.unsigned_abs()));
        let generation = object["metadata"]["generation"].as_i64();
        if !meta::is_terminating(object)
            && let Some(generation) = generation
        {
            meta::set(object, "generation", (generation + 1).into());
        }
        meta::set(object, "deletionTimestamp", until.into());
        meta::set(object, "deletionGracePeriodSeconds", grace.into());
    }

    fn check_preconditions(&self, object: &Value, options: &DeleteOptions) -> Outcome<()> {
        let name = meta::name(object);
        let uid = meta::text(object, "uid");
        if let Some(wanted) = options.uid.as_deref().filter(|wanted| *wanted != uid) {
            let why = format!(
                "the UID in the precondition ({wanted}) does not match the UID in record ({uid}). The object might have been deleted and then recreated"
            );
            return Err(Failure::conflict_on_kind(&self.kind, name, &why));
        }
        let version = meta::text(object, "resourceVersion");
        if let Some(wanted) = options.version.as_deref().filter(|wanted| *wanted != version) {
            let why = format!(
                "the ResourceVersion in the precondition ({wanted}) does not match the ResourceVersion in record ({version}). The object might have been modified"
            );
            return Err(Failure::conflict_on_kind(&self.kind, name, &why));
        }
        Ok(())
    }

    /// How long the object may take to go: only a Pod that was given to a node is waited for.
    fn grace(&self, object: &Value, options: &DeleteOptions) -> i64 {
        let spec = &object["spec"];
        if self.kind.resource() != "pods" || spec["nodeName"].as_str().unwrap_or_default().is_empty() {
            return 0;
        }
        let finished = matches!(object["status"]["phase"].as_str(), Some("Failed" | "Succeeded"));
        let default = spec["terminationGracePeriodSeconds"].as_i64().unwrap_or(30);
        match options.grace {
            Some(grace) if grace < 0 => 1,
            Some(grace) => grace,
            None if finished => 0,
            None => default,
        }
    }

    /// The answer to a deletion that is done.
    fn deleted(&self, object: &Value) -> Value {
        if self.kind.rules.returns_deleted {
            let mut object = object.clone();
            if self.kind.resource() == "pods" {
                self.mark_leaving(&mut object, 0);
            }
            return object;
        }
        let mut details = json!({ "name": meta::name(object), "kind": self.kind.plural() });
        if !self.kind.group().is_empty() {
            details["group"] = self.kind.group().into();
        }
        details["uid"] = meta::text(object, "uid").into();
        json!({
            "kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success", "details": details,
        })
    }
}

fn check_policy(policy: Option<&str>) -> Outcome<()> {
    const POLICIES: [&str; 3] = ["Background", "Foreground", "Orphan"];
    let Some(policy) = policy.filter(|policy| !POLICIES.contains(policy)) else { return Ok(()) };
    let allowed = ["Foreground", "Background", "Orphan", "nil"];
    Err(refuse(FieldError::not_supported("propagationPolicy", policy, &allowed)))
}

fn refuse(error: FieldError) -> Failure {
    Failure::invalid_as("meta.k8s.io", "DeleteOptions", "", vec![error])
}
