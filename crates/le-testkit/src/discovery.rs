//! Documents about the server itself: what it serves, its version, its health, its schemas.

mod aggregated;
mod openapi;

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::body::Body;
use http::{HeaderValue, Method, Response, StatusCode, header};
use serde_json::{Value, json};

use crate::api::json_response;
use crate::failure::{Failure, Outcome};
use crate::kind::Kind;
use crate::request::Request;
use crate::server::Shared;

/// Answers a request that is not about objects.
pub(crate) fn document(server: &Arc<Shared>, request: &Request) -> Outcome<Response<Body>> {
    let kinds = server.kinds();
    let path = request.path().trim_end_matches('/');
    if let Some(aggregated) = aggregated::document(request, path, &kinds) {
        return Ok(aggregated);
    }
    let body = match path {
        "/version" => version(),
        "/healthz" | "/livez" | "/readyz" => return Ok(text("ok")),
        "" => {
            json!({ "paths": ["/api", "/api/v1", "/apis", "/healthz", "/livez", "/openapi/v3", "/readyz", "/version"] })
        }
        "/api" => json!({
            "kind": "APIVersions",
            "versions": ["v1"],
            "serverAddressByClientCIDRs": [{ "clientCIDR": "0.0.0.0/0", "serverAddress": "127.0.0.1" }],
        }),
        "/apis" => groups(&kinds),
        _ => {
            let found = openapi::document(path, &kinds).or_else(|| by_path(path, &kinds));
            found.ok_or_else(|| nowhere(path, &kinds))?
        }
    };
    if request.method() != Method::GET && request.method() != Method::HEAD {
        return Err(Failure::method_not_allowed());
    }
    Ok(json_response(StatusCode::OK, &body))
}

/// Below a group that is there, the real server answers with a `Status`; elsewhere with a bare line, as it does below the group
/// of a custom resource.
fn nowhere(path: &str, kinds: &[Arc<Kind>]) -> Failure {
    let mut parts = path.trim_start_matches('/').split('/');
    let known = match (parts.next(), parts.next()) {
        (Some("api"), Some("v1")) => true,
        (Some("apis"), Some(group)) => kinds.iter().any(|kind| kind.group() == group && !kind.rules.custom),
        _ => false,
    };
    if known { Failure::no_such_resource() } else { Failure::no_such_path() }
}

fn version() -> Value {
    json!({
        "major": "1",
        "minor": "37",
        "gitVersion": concat!("v1.37.2+le-testkit-", env!("CARGO_PKG_VERSION")),
        "gitCommit": "",
        "gitTreeState": "",
        "buildDate": "1970-01-01T00:00:00Z",
        "goVersion": "",
        "compiler": "rustc",
        "platform": concat!("linux/", "amd64"),
    })
}

fn text(text: &'static str) -> Response<Body> {
    let mut response = Response::new(Body::from(text));
    let plain = HeaderValue::from_static("text/plain; charset=utf-8");
    response.headers_mut().insert(header::CONTENT_TYPE, plain);
    response
}

fn by_path(path: &str, kinds: &[Arc<Kind>]) -> Option<Value> {
    let parts: Vec<&str> = path.trim_start_matches('/').split('/').collect();
    match parts.as_slice() {
        ["api", version] => resources("", version, kinds),
        ["apis", group] => {
            let groups = versions(kinds);
            let mut found = group_value(group, groups.get(*group)?);
            found["kind"] = "APIGroup".into();
            found["apiVersion"] = "v1".into();
            Some(found)
        }
        ["apis", group, version] => resources(group, version, kinds),
        _ => None,
    }
}

/// The versions of each group but the core group, in the order in which they were registered.
fn versions(kinds: &[Arc<Kind>]) -> BTreeMap<&str, Vec<&str>> {
    let mut groups: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for kind in kinds.iter().filter(|kind| !kind.group().is_empty()) {
        let versions = groups.entry(kind.group()).or_default();
        if !versions.contains(&kind.version()) {
            versions.push(kind.version());
        }
    }
    groups
}

fn group_value(group: &str, versions: &[&str]) -> Value {
    let version =
        |version: &&str| json!({ "groupVersion": format!("{group}/{version}"), "version": version });
    json!({
        "name": group,
        "versions": versions.iter().map(version).collect::<Vec<_>>(),
        "preferredVersion": versions.first().map(version),
    })
}

fn groups(kinds: &[Arc<Kind>]) -> Value {
    let groups: Vec<Value> =
        versions(kinds).iter().map(|(group, versions)| group_value(group, versions)).collect();
    json!({ "kind": "APIGroupList", "apiVersion": "v1", "groups": groups })
}

fn resources(group: &str, version: &str, kinds: &[Arc<Kind>]) -> Option<Value> {
    let mut resources = Vec::new();
    for kind in kinds.iter().filter(|kind| (kind.group(), kind.version()) == (group, version)) {
        let mut resource = json!({
            "name": kind.plural(),
            "singularName": kind.kind().to_lowercase(),
            "namespaced": kind.is_namespaced(),
            "kind": kind.kind(),
            "verbs": verbs(kind),
        });
        if !kind.short_names().is_empty() {
            resource["shortNames"] = json!(kind.short_names());
        }
        if let Some(categories) = categories(kind) {
            resource["categories"] = categories;
        }
        resources.push(resource);
        if kind.rules.status {
            resources.push(json!({
                "name": format!("{}/status", kind.plural()),
                "singularName": "",
                "namespaced": kind.is_namespaced(),
                "kind": kind.kind(),
                "verbs": STATUS_VERBS,
            }));
        }
    }
    if resources.is_empty() {
        return None;
    }
    let group_version = if group.is_empty() { version.to_owned() } else { format!("{group}/{version}") };
    Some(json!({
        "kind": "APIResourceList", "apiVersion": "v1", "groupVersion": group_version, "resources": resources,
    }))
}

const STATUS_VERBS: [&str; 3] = ["get", "patch", "update"];

fn verbs(kind: &Kind) -> Vec<&'static str> {
    let mut verbs = vec!["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"];
    if kind.resource() == "namespaces" {
        verbs.retain(|verb| *verb != "deletecollection");
    }
    verbs
}

/// What `kubectl get all` shows.
fn categories(kind: &Kind) -> Option<Value> {
    let all = ["pods", "services", "deployments.apps", "replicasets.apps", "statefulsets.apps"];
    all.contains(&kind.resource()).then(|| json!(["all"]))
}
