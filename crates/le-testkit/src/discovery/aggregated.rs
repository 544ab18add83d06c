//! Discovery in one document, for clients that ask for it.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::body::Body;
use http::{HeaderValue, Response, StatusCode, header};
use serde_json::{Value, json};

use super::{STATUS_VERBS, categories, verbs, versions};
use crate::api::json_response;
use crate::kind::Kind;
use crate::request::Request;

const MEDIA: &str = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";

pub(super) fn document(request: &Request, path: &str, kinds: &[Arc<Kind>]) -> Option<Response<Body>> {
    let accept = request.0.headers.accept.as_deref()?;
    let wanted = accept.split(',').any(|choice| {
        let parts: Vec<&str> = choice.split(';').map(str::trim).collect();
        ["application/json", "as=APIGroupDiscoveryList", "v=v2"].iter().all(|part| parts.contains(part))
    });
    if !wanted {
        return None;
    }
    let groups: BTreeMap<&str, Vec<&str>> = match path {
        "/api" => BTreeMap::from([("", vec!["v1"])]),
        "/apis" => versions(kinds),
        _ => return None,
    };
    let items: Vec<Value> = groups.iter().map(|(group, versions)| item(group, versions, kinds)).collect();
    let list = json!({
        "kind": "APIGroupDiscoveryList",
        "apiVersion": "apidiscovery.k8s.io/v2",
        "metadata": {},
        "items": items,
    });
    let mut response = json_response(StatusCode::OK, &list);
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(MEDIA));
    Some(response)
}

fn item(group: &str, versions: &[&str], kinds: &[Arc<Kind>]) -> Value {
    let versions: Vec<Value> = versions
        .iter()
        .map(|version| {
            let of_version = |kind: &&Arc<Kind>| (kind.group(), kind.version()) == (group, *version);
            let resources: Vec<Value> = kinds.iter().filter(of_version).map(|kind| resource(kind)).collect();
            json!({ "version": version, "freshness": "Current", "resources": resources })
        })
        .collect();
    let metadata = if group.is_empty() { json!({}) } else { json!({ "name": group }) };
    json!({ "metadata": metadata, "versions": versions })
}

fn resource(kind: &Kind) -> Value {
    let response_kind = json!({ "group": kind.group(), "version": kind.version(), "kind": kind.kind() });
    let mut resource = json!({
        "resource": kind.plural(),
        "responseKind": response_kind,
        "scope": if kind.is_namespaced() { "Namespaced" } else { "Cluster" },
        "singularResource": kind.kind().to_lowercase(),
        "verbs": verbs(kind),
    });
    if !kind.short_names().is_empty() {
        resource["shortNames"] = json!(kind.short_names());
    }
    if let Some(categories) = categories(kind) {
        resource["categories"] = categories;
    }
    if kind.rules.status {
        resource["subresources"] = json!([{
            "subresource": "status", "responseKind": response_kind, "verbs": STATUS_VERBS,
        }]);
    }
    resource
}
