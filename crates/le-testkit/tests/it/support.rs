//! What the tests share.

use std::fmt::Debug;
use std::pin::pin;
use std::time::Duration;

use futures::{Stream, StreamExt};
use http::{Method, Request};
use http_body_util::{BodyExt, Full};
use k8s_openapi::api::coordination::v1::Lease;
use k8s_openapi::api::core::v1::ConfigMap;
use kube::ResourceExt;
use kube::api::{Api, PostParams, WatchEvent, WatchParams};
use kube::core::Status;
use le_testkit::ApiServer;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tokio::time::timeout;
use tower::ServiceExt;

pub(crate) const LEASES: &str = "/apis/coordination.k8s.io/v1/namespaces/default/leases";
pub(crate) const CONFIG_MAPS: &str = "/api/v1/namespaces/default/configmaps";

pub(crate) fn leases(server: &ApiServer, client: &str) -> Api<Lease> {
    Api::default_namespaced(server.client(client))
}

pub(crate) fn config_maps(server: &ApiServer) -> Api<ConfigMap> {
    Api::default_namespaced(server.client("a"))
}

pub(crate) fn lease(name: &str, holder: &str) -> Lease {
    typed(json!({
        "metadata": { "name": name },
        "spec": { "holderIdentity": holder, "leaseDurationSeconds": 15, "leaseTransitions": 0 },
    }))
}

pub(crate) fn config_map(name: &str, data: Value) -> ConfigMap {
    typed(json!({ "metadata": { "name": name }, "data": data }))
}

pub(crate) fn labelled(name: &str, labels: Value) -> ConfigMap {
    typed(json!({ "metadata": { "name": name, "labels": labels } }))
}

pub(crate) fn typed<K: DeserializeOwned>(value: Value) -> K {
    serde_json::from_value(value).unwrap()
}

pub(crate) fn post() -> PostParams {
    PostParams::default()
}

pub(crate) fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// The `Status` of a refusal.
pub(crate) fn status<T: Debug>(outcome: Result<T, kube::Error>) -> Status {
    match outcome {
        Err(kube::Error::Api(status)) => *status,
        other => panic!("expected a refusal, got {other:?}"),
    }
}

/// A request as it goes over the wire, and its answer.
pub(crate) struct Raw {
    pub(crate) code: u16,
    pub(crate) json: Value,
    pub(crate) text: String,
    pub(crate) headers: http::HeaderMap,
}

pub(crate) async fn raw(server: &ApiServer, method: Method, path: &str, body: impl Into<String>) -> Raw {
    let media = if method == Method::PATCH { "application/merge-patch+json" } else { "application/json" };
    raw_as(server, method, path, media, body.into().into_bytes(), "*/*").await
}

pub(crate) async fn raw_as(
    server: &ApiServer,
    method: Method,
    path: &str,
    media: &str,
    body: Vec<u8>,
    accept: &str,
) -> Raw {
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header("content-type", media)
        .header("accept", accept)
        .body(Full::new(bytes::Bytes::from(body)))
        .unwrap();
    let response = server.service("raw").oneshot(request).await.unwrap();
    let (parts, body) = response.into_parts();
    let text = String::from_utf8(body.collect().await.unwrap().to_bytes().to_vec()).unwrap();
    let json = serde_json::from_str(&text).unwrap_or_default();
    Raw { code: parts.status.as_u16(), json, text, headers: parts.headers }
}

/// An event of a watch in a few words: what, name, data or holder.
pub(crate) fn told<K: ResourceExt + Debug>(event: &WatchEvent<K>) -> String {
    match event {
        WatchEvent::Added(object) => format!("added {}", object.name_any()),
        WatchEvent::Modified(object) => format!("modified {}", object.name_any()),
        WatchEvent::Deleted(object) => format!("deleted {}", object.name_any()),
        WatchEvent::Bookmark(_) => "bookmark".to_owned(),
        WatchEvent::Error(status) => format!("error {}", status.code),
    }
}

/// Everything that a watch brings until it ends.
pub(crate) async fn until_end<K>(stream: impl Stream<Item = kube::Result<WatchEvent<K>>>) -> Vec<String>
where
    K: ResourceExt + Debug,
{
    stream.map(|event| event.map_or_else(|error| format!("{error:?}"), |event| told(&event))).collect().await
}

/// The next event of a watch; panics where none comes within a virtual minute.
pub(crate) async fn next<K>(stream: &mut (impl Stream<Item = kube::Result<WatchEvent<K>>> + Unpin)) -> String
where
    K: ResourceExt + Debug,
{
    let event = timeout(seconds(60), stream.next()).await.expect("an event comes within a minute");
    event.map_or("end".to_owned(), |event| event.map_or_else(|e| format!("{e:?}"), |event| told(&event)))
}

/// Makes sure that a watch brings nothing for a virtual minute.
pub(crate) async fn nothing<K: Debug>(
    stream: &mut (impl Stream<Item = kube::Result<WatchEvent<K>>> + Unpin),
) {
    let event = timeout(seconds(60), pin!(stream).next()).await;
    assert!(event.is_err(), "expected nothing, got {event:?}");
}

pub(crate) fn quiet(timeout: u32) -> WatchParams {
    WatchParams::default().disable_bookmarks().timeout(timeout)
}
