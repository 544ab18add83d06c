//! Many objects at once.

use std::collections::HashMap;
use std::sync::Arc;

use bytes::Bytes;
use http::Method;
use serde::Serialize;
use serde_json::Value;

use super::ApiServer;
use crate::api::Call;
use crate::kind::Kind;
use crate::meta;
use crate::request::{Headers, Parts, Request, Target, Verb};

/// The namespace of what does not say: that of the server's clients.
const NAMESPACE: &str = "default";

impl ApiServer {
    /// Creates many objects without a request for each: a hundred thousand in a matter of seconds, even unoptimised.
    ///
    /// They are checked and filled in as creations are, and watches see them; the log does not. What they are, they say by
    /// themselves (`apiVersion` and `kind`, as the types of k8s-openapi and kube do when they are serialized). Those without a
    /// namespace go to `default`, where their kind has one. Nobody owns their fields: an apply meets no conflict.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() {
    /// # let server = le_testkit::ApiServer::new();
    /// server.fill((0..10_000).map(|number| serde_json::json!({
    ///     "apiVersion": "v1", "kind": "ConfigMap", "metadata": { "name": format!("map-{number}") },
    /// })));
    /// # }
    /// ```
    ///
    /// # Panics
    ///
    /// If an object is of a kind that the server does not know, or a creation of it would be refused. Those before it are there.
    pub fn fill<T: Serialize>(&self, objects: impl IntoIterator<Item = T>) -> &Self {
        let mut calls = HashMap::new();
        for object in objects {
            let object = to_value(object);
            let place =
                ["apiVersion", "kind"].map(|field| object[field].as_str().unwrap_or_default().to_owned());
            let namespace = meta::text(&object, "namespace").to_owned();
            let call = calls
                .entry((place, namespace))
                .or_insert_with_key(|([version, kind], namespace)| self.creation(version, kind, namespace));
            call.fill(object);
        }
        self
    }

    /// A creation of objects of a kind in a namespace.
    fn creation(&self, api_version: &str, kind: &str, namespace: &str) -> Call {
        let is = |known: &&Arc<Kind>| known.kind() == kind && known.api_version() == api_version;
        let kinds = self.0.kinds();
        let Some(kind) = kinds.iter().find(is) else {
            panic!("the server has no kind {kind:?} of {api_version:?}; register it")
        };
        let namespace = if namespace.is_empty() { NAMESPACE } else { namespace };
        let target = Target {
            group: kind.group().to_owned(),
            plural: kind.plural().to_owned(),
            kind: kind.kind().to_owned(),
            namespace: kind.is_namespaced().then(|| namespace.to_owned()),
            name: None,
            subresource: None,
        };
        let request = Request(Arc::new(Parts {
            client: "".into(),
            at: self.elapsed(),
            verb: Verb::Create,
            method: Method::POST,
            path: String::new(),
            query: Vec::new(),
            headers: Headers::default(),
            body: Bytes::new(),
            target: Some(target.clone()),
        }));
        Call { server: Arc::clone(&self.0), request, kind: Arc::clone(kind), target }
    }
}

fn to_value(object: impl Serialize) -> Value {
    match serde_json::to_value(object) {
        Ok(value) => value,
        Err(error) => panic!("an object cannot be written as json: {error}"),
    }
}
