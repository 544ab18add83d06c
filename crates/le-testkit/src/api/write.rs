//! What creations and updates have in common.

use std::sync::Arc;

use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::{Call, Owners};
use crate::failure::{Failure, Outcome};
use crate::kind::Kind;
use crate::meta;
use crate::store::{Key, Store, Stored};

impl Call {
    /// Refuses new objects in a namespace that is not there, or is on its way out.
    pub(super) fn check_namespace(&self, store: &Store, name: &str) -> Outcome<()> {
        if !self.kind.is_namespaced() {
            return Ok(());
        }
        let namespace = self.namespace();
        let kind = self.server.namespaces();
        let Some(stored) = store.get(&Key::new("namespaces", "", namespace)) else {
            return Err(Failure::not_found(&kind, namespace));
        };
        if stored.object["status"]["phase"] != "Terminating" {
            return Ok(());
        }
        let why =
            format!("unable to create new content in namespace {namespace} because it is being terminated");
        let message = format!("namespace {namespace} is being terminated");
        Err(Failure::forbidden(&self.kind, name, &why).with_cause(
            "NamespaceTerminating",
            &message,
            "metadata.namespace",
        ))
    }

    /// The namespace of a body must be that of the path; where it is missing, it is filled in.
    pub(super) fn check_body_namespace(&self, object: &mut Value) -> Outcome<()> {
        let given = meta::text(object, "namespace");
        if given.is_empty() {
            if self.kind.is_namespaced() {
                meta::set(object, "namespace", self.namespace().into());
            }
            return Ok(());
        }
        if !self.kind.is_namespaced() {
            meta::remove(object, "namespace");
            return Ok(());
        }
        if given == self.namespace() {
            return Ok(());
        }
        Err(Failure::bad_request(
            "the namespace of the provided object does not match the namespace sent on the request",
        ))
    }

    /// Makes the record that is stored: the object, and who gave the Lease its holder.
    pub(super) fn stored(&self, object: Value, owners: Owners, old: Option<&Stored>) -> Stored {
        let holder = |object: &Value| object["spec"]["holderIdentity"].as_str().map(str::to_owned);
        let holder_writer = match old {
            Some(old) if holder(&old.object) == holder(&object) => Arc::clone(&old.holder_writer),
            _ => self.request.client().into(),
        };
        Stored { object: Arc::new(object), holder_writer, owners: Arc::new(owners) }
    }
}

/// Sets the metadata that only the server sets, on a new object.
pub(super) fn fill_system_fields(kind: &Kind, object: &mut Value, now: String) {
    for field in ["deletionTimestamp", "deletionGracePeriodSeconds"] {
        meta::remove(object, field);
    }
    meta::set(object, "uid", Uuid::new_v4().to_string().into());
    meta::set(object, "creationTimestamp", now.into());
    if kind.rules.generation {
        meta::set(object, "generation", 1.into());
    }
}

/// A name for a new object: the prefix, cut to leave room, and five characters.
pub(super) fn generate_name(prefix: &str) -> String {
    const ALPHABET: &[u8] = b"bcdfghjklmnpqrstvwxz2456789";
    const LONGEST_PREFIX: usize = 58;
    let end = (0..=prefix.len().min(LONGEST_PREFIX)).rev().find(|&at| prefix.is_char_boundary(at));
    let random = Uuid::new_v4().into_bytes();
    let suffix: String =
        random[..5].iter().map(|byte| char::from(ALPHABET[usize::from(*byte) % ALPHABET.len()])).collect();
    format!("{}{suffix}", &prefix[..end.unwrap_or(0)])
}

/// What a kind's own strategy does to an object that is about to be created.
pub(super) fn prepare_for_create(kind: &Kind, object: &mut Value) {
    match kind.resource() {
        "namespaces" => {
            let finalizers = &mut object["spec"]["finalizers"];
            match finalizers.as_array_mut() {
                Some(list) if list.iter().any(|one| one == "kubernetes") => {}
                Some(list) => list.push("kubernetes".into()),
                None => *finalizers = json!(["kubernetes"]),
            }
            object["status"] = json!({ "phase": "Active" });
            label_namespace(object);
        }
        "leases.coordination.k8s.io" => drop_coordination(object),
        "pods" => object["status"] = json!({ "phase": "Pending", "qosClass": "BestEffort" }),
        "secrets" => {
            merge_string_data(object);
            default_type(object);
        }
        "deployments.apps" | "statefulsets.apps" | "replicasets.apps" => {
            if object["spec"].is_object() && object["spec"]["replicas"].is_null() {
                object["spec"]["replicas"] = 1.into();
            }
            object["status"] = json!({});
            if kind.plural() != "deployments" {
                object["status"]["replicas"] = 0.into();
            }
        }
        _ if kind.rules.status => {
            object.as_object_mut().map(|object| object.remove("status"));
        }
        _ => {}
    }
}

/// What a kind's own strategy does to an object that is about to replace `old`.
pub(super) fn prepare_for_update(call: &Call, object: &mut Value, old: &Value) {
    let kind = &*call.kind;
    if call.writes_status() {
        // Through its status path, an object's status is all that changes.
        let status = object["status"].take();
        let finalizers = object["metadata"]["finalizers"].take();
        let version = meta::text(object, "resourceVersion").to_owned();
        *object = old.clone();
        meta::set(object, "resourceVersion", version.into());
        if !kind.rules.custom && !finalizers.is_null() && kind.resource() == "namespaces" {
            meta::set(object, "finalizers", finalizers);
        }
        put_or_remove(object, "status", status);
    } else if kind.rules.status {
        put_or_remove(object, "status", old["status"].clone());
    }
    if kind.resource() == "namespaces" {
        label_namespace(object);
    }
    match kind.resource() {
        "secrets" => {
            merge_string_data(object);
            default_type(object);
        }
        "leases.coordination.k8s.io" => drop_coordination(object),
        "namespaces" if call.target.subresource.as_deref() != Some("finalize") => {
            put_or_remove(object, "spec", old["spec"].clone());
        }
        _ => {}
    }
    meta::copy(old, object, "generation");
    // A change of a Deployment's annotations counts, for its controller hands them on.
    let annotated = kind.resource() == "deployments.apps"
        && object["metadata"]["annotations"] != old["metadata"]["annotations"];
    if kind.rules.generation && (annotated || wanted(kind, object) != wanted(kind, old)) {
        let generation = old["metadata"]["generation"].as_i64().unwrap_or(0) + 1;
        meta::set(object, "generation", generation.into());
    }
}

/// What of an object `generation` counts: all that is neither metadata nor a status with a path of its own.
fn wanted(kind: &Kind, object: &Value) -> Map<String, Value> {
    let mut wanted = object.as_object().cloned().unwrap_or_default();
    wanted.remove("metadata");
    if kind.rules.status {
        wanted.remove("status");
    }
    wanted
}

/// What belongs to coordinated leader election is dropped where that feature is off, as it is by default.
fn drop_coordination(lease: &mut Value) {
    if let Some(spec) = lease["spec"].as_object_mut() {
        spec.remove("strategy");
        spec.remove("preferredHolder");
    }
}

/// `stringData` is write-only: it ends up in `data`.
fn merge_string_data(object: &mut Value) {
    use base64::Engine as _;
    let Some(Value::Object(texts)) = object.as_object_mut().and_then(|object| object.remove("stringData"))
    else {
        return;
    };
    for (key, text) in texts {
        let encoded = base64::engine::general_purpose::STANDARD.encode(text.as_str().unwrap_or_default());
        object["data"][key] = encoded.into();
    }
}

fn default_type(secret: &mut Value) {
    if secret["type"].is_null() {
        secret["type"] = "Opaque".into();
    }
}

/// A namespace is told by its name wherever labels are asked for.
fn label_namespace(namespace: &mut Value) {
    let name = meta::name(namespace).to_owned();
    namespace["metadata"]["labels"]["kubernetes.io/metadata.name"] = name.into();
}

fn put_or_remove(object: &mut Value, field: &str, value: Value) {
    let Some(object) = object.as_object_mut() else { return };
    if value.is_null() {
        object.remove(field);
    } else {
        object.insert(field.to_owned(), value);
    }
}
