//! What a case works with: a client, a namespace of its own, and requests as they go over the wire.

use anyhow::{Context, Result};
use http::{Method, Request};
use http_body_util::BodyExt;
use kube::Client;
use kube::client::Body;
use serde_json::{Value, json};

use super::Server;
use super::answer::Answer;
use super::stream::Watch;

pub(crate) const JSON: &str = "application/json";
pub(crate) const MERGE: &str = "application/merge-patch+json";
pub(crate) const JSON_PATCH: &str = "application/json-patch+json";
pub(crate) const STRATEGIC: &str = "application/strategic-merge-patch+json";
pub(crate) const APPLY: &str = "application/apply-patch+yaml";
pub(crate) const YAML: &str = "application/yaml";
pub(crate) const PROTOBUF: &str = "application/vnd.kubernetes.protobuf";

/// The place where one case works: a client of the server, and a namespace that nobody else uses.
#[derive(Clone)]
pub(crate) struct Bench {
    client: Client,
    server: Server,
    namespace: String,
}

impl Bench {
    /// Makes a namespace with a new name, and what works in it.
    pub(super) async fn new(client: Client, server: Server) -> Result<Self> {
        let mut bench = Self { client, server, namespace: String::new() };
        let namespace = json!({ "metadata": { "generateName": "conformance-" } });
        let made = bench.post("/api/v1/namespaces", namespace).await?;
        bench.namespace = made.code(201)?.text_at("/metadata/name")?.to_owned();
        Ok(bench)
    }

    pub(crate) fn namespace(&self) -> &str {
        &self.namespace
    }

    pub(crate) fn is_real(&self) -> bool {
        self.server == Server::Real
    }

    /// The path of the objects of a resource of the core group.
    pub(crate) fn core(&self, plural: &str) -> String {
        format!("/api/v1/namespaces/{}/{plural}", self.namespace)
    }

    /// The path of the objects of a resource of another group, such as `apps/v1`.
    pub(crate) fn group(&self, group: &str, plural: &str) -> String {
        format!("/apis/{group}/namespaces/{}/{plural}", self.namespace)
    }

    pub(crate) fn leases(&self) -> String {
        self.group("coordination.k8s.io/v1", "leases")
    }

    pub(crate) fn lease(&self, name: &str) -> String {
        format!("{}/{name}", self.leases())
    }

    pub(crate) fn maps(&self) -> String {
        self.core("configmaps")
    }

    pub(crate) fn map(&self, name: &str) -> String {
        format!("{}/{name}", self.maps())
    }

    pub(crate) async fn get(&self, path: &str) -> Result<Answer> {
        self.send(Method::GET, path, &[], Vec::new()).await
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Result<Answer> {
        self.send(Method::POST, path, &[("content-type", JSON)], body.to_string()).await
    }

    pub(crate) async fn put(&self, path: &str, body: Value) -> Result<Answer> {
        self.send(Method::PUT, path, &[("content-type", JSON)], body.to_string()).await
    }

    pub(crate) async fn patch(&self, path: &str, media: &str, body: Value) -> Result<Answer> {
        self.send(Method::PATCH, path, &[("content-type", media)], body.to_string()).await
    }

    pub(crate) async fn merge(&self, path: &str, body: Value) -> Result<Answer> {
        self.patch(path, MERGE, body).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Result<Answer> {
        self.send(Method::DELETE, path, &[], Vec::new()).await
    }

    /// Deletes under conditions, which stand in the body.
    pub(crate) async fn delete_with(&self, path: &str, options: Value) -> Result<Answer> {
        self.send(Method::DELETE, path, &[("content-type", JSON)], options.to_string()).await
    }

    /// Makes an object that the case needs.
    pub(crate) async fn made(&self, path: &str, object: Value) -> Result<Answer> {
        let made = self.post(path, object).await?;
        made.code(201)?;
        Ok(made)
    }

    /// Makes a Lease with this spec.
    pub(crate) async fn made_lease(&self, name: &str, spec: Value) -> Result<Answer> {
        self.made(&self.leases(), json!({ "metadata": { "name": name }, "spec": spec })).await
    }

    /// Makes a ConfigMap with this data.
    pub(crate) async fn made_map(&self, name: &str, data: Value) -> Result<Answer> {
        self.made(&self.maps(), json!({ "metadata": { "name": name }, "data": data })).await
    }

    /// Sends a request, and reads its answer to the end.
    pub(crate) async fn send(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: impl Into<Vec<u8>>,
    ) -> Result<Answer> {
        let body = body.into();
        let shown = String::from_utf8_lossy(&body).chars().take(300).collect::<String>();
        let asked = format!("{method} {path} {shown}");
        let response = self.open(method, path, headers, body).await.with_context(|| asked.clone())?;
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.with_context(|| asked.clone())?.to_bytes();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let json = serde_json::from_slice(&bytes).unwrap_or_default();
        Ok(Answer { asked, code: parts.status.as_u16(), headers: parts.headers, text, json })
    }

    /// Opens a watch; the path says of what, and for how long.
    pub(crate) async fn watch(&self, path: &str) -> Result<Watch> {
        let response = self.open(Method::GET, path, &[], Vec::new()).await?;
        let code = response.status().as_u16();
        if code != 200 {
            let text = response.into_body().collect().await?.to_bytes();
            anyhow::bail!("GET {path}: expected a watch, came {code}: {}", String::from_utf8_lossy(&text));
        }
        Ok(Watch::new(path, response.into_body()))
    }

    async fn open(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: Vec<u8>,
    ) -> Result<http::Response<Body>> {
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        Ok(self.client.send(request.body(Body::from(body))?).await?)
    }
}
