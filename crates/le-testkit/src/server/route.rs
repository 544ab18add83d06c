//! What a path means.

use std::sync::Arc;

use http::Method;

use super::Shared;
use crate::kind::Kind;
use crate::request::{Target, Verb};

/// What a path leads to.
#[derive(Clone, Debug)]
pub(super) enum Route {
    /// Objects of a kind.
    Objects(Arc<Kind>, Target),
    /// A document: discovery, version, health, OpenAPI.
    Document,
}

/// Reads a path as one about objects.
pub(super) fn route(server: &Shared, path: &str) -> Route {
    objects(server, path).map_or(Route::Document, |(kind, target)| Route::Objects(kind, target))
}

fn objects(server: &Shared, path: &str) -> Option<(Arc<Kind>, Target)> {
    let decoded: Vec<String> = path.trim_matches('/').split('/').map(decode).collect();
    let parts: Vec<&str> = decoded.iter().map(String::as_str).collect();
    let (group, version, rest) = match parts.as_slice() {
        ["api", version, rest @ ..] => ("", *version, rest),
        ["apis", group, version, rest @ ..] => (*group, *version, rest),
        _ => return None,
    };
    let (namespace, plural, rest) = match rest {
        // Below a namespace there are its objects, but also its own subresources.
        ["namespaces", _, "status" | "finalize"] => (None, "namespaces", &rest[1..]),
        ["namespaces", namespace, plural, rest @ ..] => (Some(*namespace), *plural, rest),
        [plural, rest @ ..] => (None, *plural, rest),
        [] => return None,
    };
    let (name, subresource) = match rest {
        [] => (None, None),
        [name] => (Some(*name), None),
        [name, subresource] => (Some(*name), Some(*subresource)),
        _ => return None,
    };
    let kind = server.kind(group, version, plural)?;
    let target = Target {
        group: group.to_owned(),
        plural: plural.to_owned(),
        kind: kind.kind().to_owned(),
        namespace: namespace.map(str::to_owned),
        name: name.map(str::to_owned),
        subresource: subresource.map(str::to_owned),
    };
    Some((kind, target))
}

/// What a request wants, from its method and its path.
pub(super) fn verb(method: &Method, target: &Target, watch: bool) -> Verb {
    match (method, target.name.is_some()) {
        (&Method::GET | &Method::HEAD, false) if watch => Verb::Watch,
        (&Method::GET | &Method::HEAD, false) => Verb::List,
        (&Method::GET | &Method::HEAD, true) => Verb::Get,
        (&Method::POST, false) => Verb::Create,
        (&Method::PUT, true) => Verb::Update,
        (&Method::PATCH, true) => Verb::Patch,
        (&Method::DELETE, true) => Verb::Delete,
        (&Method::DELETE, false) => Verb::DeleteCollection,
        _ => Verb::Other,
    }
}

/// Undoes the percent encoding of a part of a path.
pub(super) fn decode(part: &str) -> String {
    if !part.contains('%') {
        return part.to_owned();
    }
    let mut bytes = Vec::with_capacity(part.len());
    let mut rest = part.as_bytes();
    while let Some((first, tail)) = rest.split_first() {
        let hex = |byte: u8| char::from(byte).to_digit(16);
        match (first, tail) {
            (b'%', [high, low, tail @ ..]) if hex(*high).is_some() && hex(*low).is_some() => {
                let value = hex(*high).unwrap_or(0) * 16 + hex(*low).unwrap_or(0);
                bytes.push(u8::try_from(value).unwrap_or(b'?'));
                rest = tail;
            }
            _ => {
                bytes.push(*first);
                rest = tail;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
