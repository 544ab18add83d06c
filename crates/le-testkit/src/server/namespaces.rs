//! What keeps namespaces: the one controller that the server has.

use std::sync::Arc;

use serde_json::{Value, json};

use super::Shared;
use crate::api::Owners;
use crate::kind::Kind;
use crate::meta;
use crate::store::{Key, Store, Stored};

impl Shared {
    pub(crate) fn namespaces(&self) -> Arc<Kind> {
        self.kind("", "v1", "namespaces")
            .expect("namespaces are there from the start, and can only be replaced")
    }

    pub(super) fn add_namespace(&self, name: &str) {
        let label = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        assert!(
            !name.is_empty() && name.len() <= 63 && name.bytes().all(label),
            "{name:?} is no name of a namespace; give up to 63 lower case letters, digits and dashes"
        );
        let mut store = self.store();
        let key = Key::new("namespaces", "", name);
        if store.get(&key).is_some() {
            return;
        }
        let object = json!({
            "apiVersion": "v1",
            "kind": "Namespace",
            "metadata": {
                "name": name,
                "uid": uuid::Uuid::new_v4().to_string(),
                "creationTimestamp": self.clock.now(),
                "labels": { "kubernetes.io/metadata.name": name },
            },
            "spec": { "finalizers": ["kubernetes"] },
            "status": { "phase": "Active" },
        });
        let (holder_writer, owners) = (Arc::from(""), Arc::new(Owners::default()));
        store.put(key, Stored { object: Arc::new(object), holder_writer, owners });
    }

    /// Removes what is in a namespace that is terminating, and then the namespace. What has finalizers is marked, and waited for.
    pub(crate) fn empty_namespace(&self, store: &mut Store, namespace: &str) {
        for key in store.keys_in_namespace(namespace) {
            let Some(stored) = store.get(&key).cloned() else { continue };
            if meta::finalizers(&stored.object).is_empty() {
                store.remove(&key);
            } else if !meta::is_terminating(&stored.object) {
                let mut leaving = Value::clone(&stored.object);
                meta::set(&mut leaving, "deletionTimestamp", self.clock.now().into());
                meta::set(&mut leaving, "deletionGracePeriodSeconds", 0.into());
                store.put(key, Stored { object: Arc::new(leaving), ..stored });
            }
        }
        self.settle_namespace(store, namespace);
    }

    /// Lets a namespace go that is terminating and empty.
    pub(crate) fn settle_namespace(&self, store: &mut Store, namespace: &str) {
        let key = Key::new("namespaces", "", namespace);
        let Some(stored) = store.get(&key).cloned() else { return };
        if !meta::is_terminating(&stored.object) || !store.keys_in_namespace(namespace).is_empty() {
            return;
        }
        if !meta::finalizers(&stored.object).is_empty() {
            return;
        }
        // Whoever put other finalizers into the spec must say when they are done.
        let others: Vec<Value> = stored.object["spec"]["finalizers"].as_array().cloned().unwrap_or_default();
        let others: Vec<Value> = others.into_iter().filter(|one| one != "kubernetes").collect();
        let mut emptied = Value::clone(&stored.object);
        emptied["spec"] = if others.is_empty() { json!({}) } else { json!({ "finalizers": others }) };
        if emptied != *stored.object {
            store.put(key.clone(), Stored { object: Arc::new(emptied), ..stored });
        }
        if others.is_empty() {
            store.remove(&key);
        }
    }
}
