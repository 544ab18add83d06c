//! A request, as far as the network and the judge look into it.

use bytes::Bytes;
use http::request::Parts;
use http::{Method, Request};
use http_body_util::Full;
use serde_json::Value;

use super::fence;
use crate::arena::Arena;
use crate::entry::{Name, What};
use crate::plan::chance;

/// A request, as far as anybody looks into it.
#[derive(Clone, Debug)]
pub(super) struct Message {
    pub(super) client: Name,
    pub(super) verb: &'static str,
    pub(super) kind: Name,
    pub(super) name: Name,
    /// The fencing token that it carries, of a write of the work.
    pub(super) token: Option<u64>,
    bucket: Option<Name>,
    gives_back: bool,
}

impl Message {
    pub(super) fn read(client: &Name, request: &Parts, body: &Bytes) -> Self {
        let mut segments = request.uri.path().rsplit('/').filter(|segment| !segment.is_empty());
        let last = segments.next().unwrap_or_default();
        let before = segments.next().unwrap_or_default();
        let is_collection = matches!(last, "leases" | "configmaps");
        let (kind, in_path) = if is_collection { (last, "") } else { (before, last) };
        let is_watch = request.uri.query().is_some_and(|query| query.contains("watch=true"));
        let verb = match (request.method.clone(), is_watch, is_collection) {
            (Method::GET, true, _) => "watch",
            (Method::GET, false, true) => "list",
            (Method::GET, ..) => "get",
            (Method::POST, ..) => "create",
            (Method::PUT, ..) => "update",
            (Method::PATCH, ..) => "patch",
            _ => "delete",
        };
        let object: Value = serde_json::from_slice(body).unwrap_or_default();
        let name =
            if in_path.is_empty() { object["metadata"]["name"].as_str().unwrap_or("") } else { in_path };
        Self {
            client: client.clone(),
            verb,
            kind: kind.into(),
            name: name.into(),
            token: fence::token(&object),
            bucket: object["data"]["bucket"].as_str().map(Into::into),
            gives_back: verb == "update" && kind == "leases" && object["spec"]["holderIdentity"] == "",
        }
    }

    /// Notes that it leaves.
    pub(super) fn leaves(&self, arena: &Arena) {
        if &*self.kind == "leases" {
            arena.note(&self.client, What::Asked { lease: self.name.clone() });
        }
        if self.gives_back {
            arena.note(&self.client, What::Release { bucket: self.name.clone() });
        }
        if let (Some(bucket), Some(token)) = (self.bucket.clone(), self.token) {
            arena.note(&self.client, What::Write { bucket, token, object: self.name.clone() });
        }
    }

    /// Notes what the server made of it.
    pub(super) fn answered(&self, arena: &Arena, status: Option<u16>) {
        let (kind, name) = (self.kind.clone(), self.name.clone());
        arena.note(&self.client, What::Answered { verb: self.verb, kind, name, status });
    }

    /// The chance of this message, whatever else is under way.
    pub(super) fn chance(&self, seed: u64, at: u64) -> fastrand::Rng {
        chance(seed, &[&self.client, self.verb, &self.kind, &self.name], at)
    }
}

/// A request with its whole body.
pub(super) fn whole(parts: Parts, body: Bytes) -> Request<Full<Bytes>> {
    Request::from_parts(parts, Full::new(body))
}
