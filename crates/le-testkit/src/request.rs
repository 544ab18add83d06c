//! A request, as rules match it and the log keeps it.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Method, header};
use serde_json::Value;

/// What a request wants, in the words of Kubernetes' RBAC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Verb {
    /// Reads one object.
    Get,
    /// Reads many.
    List,
    /// Follows changes.
    Watch,
    /// Makes a new object: POST.
    Create,
    /// Replaces an object: PUT.
    Update,
    /// Changes part of an object: PATCH, apply included.
    Patch,
    /// Removes an object.
    Delete,
    /// Removes many.
    DeleteCollection,
    /// Anything that is not about objects, such as discovery, `/version` or `/readyz`.
    Other,
}

impl Verb {
    /// Returns the verb as RBAC writes it; empty for [`Verb::Other`].
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Get => "get",
            Self::List => "list",
            Self::Watch => "watch",
            Self::Create => "create",
            Self::Update => "update",
            Self::Patch => "patch",
            Self::Delete => "delete",
            Self::DeleteCollection => "deletecollection",
            Self::Other => "",
        }
    }

    /// Tells whether a request with this verb changes objects.
    pub fn is_write(self) -> bool {
        matches!(self, Self::Create | Self::Update | Self::Patch | Self::Delete | Self::DeleteCollection)
    }
}

impl fmt::Display for Verb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A request that reached the server. Cheap to clone.
#[derive(Clone)]
pub struct Request(pub(crate) Arc<Parts>);

pub(crate) struct Parts {
    pub(crate) client: Arc<str>,
    pub(crate) at: Duration,
    pub(crate) verb: Verb,
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) query: Vec<(String, String)>,
    pub(crate) headers: Headers,
    pub(crate) body: Bytes,
    pub(crate) target: Option<Target>,
}

/// The headers that matter. The log keeps many requests, so the others are not kept.
#[derive(Clone, Debug, Default)]
pub(crate) struct Headers {
    pub(crate) accept: Option<Box<str>>,
    pub(crate) content_type: Option<Box<str>>,
    pub(crate) user_agent: Option<Box<str>>,
}

impl Headers {
    pub(crate) fn new(headers: &HeaderMap) -> Self {
        let text = |name| Some(headers.get(name)?.to_str().ok()?.into());
        Self {
            accept: text(header::ACCEPT),
            content_type: text(header::CONTENT_TYPE),
            user_agent: text(header::USER_AGENT),
        }
    }
}

/// What a path points at, when it points at objects.
#[derive(Clone, Debug, Default)]
pub(crate) struct Target {
    pub(crate) group: String,
    pub(crate) plural: String,
    /// Filled where the server knows the resource.
    pub(crate) kind: String,
    pub(crate) namespace: Option<String>,
    pub(crate) name: Option<String>,
    pub(crate) subresource: Option<String>,
}

impl Request {
    /// Returns the name of the client that sent it.
    pub fn client(&self) -> &str {
        &self.0.client
    }

    /// Returns when it arrived: the time since the server was made, on tokio's clock.
    pub fn at(&self) -> Duration {
        self.0.at
    }

    /// Returns what it wants.
    pub fn verb(&self) -> Verb {
        self.0.verb
    }

    /// Returns the HTTP method.
    pub fn method(&self) -> &Method {
        &self.0.method
    }

    /// Returns the path without the query.
    pub fn path(&self) -> &str {
        &self.0.path
    }

    /// Returns a parameter of the query.
    pub fn query(&self, key: &str) -> Option<&str> {
        self.0.query.iter().find(|(k, _)| k == key).map(|(_, value)| value.as_str())
    }

    /// All values of a parameter that may come more than once.
    pub(crate) fn queries(&self, key: &str) -> Vec<&str> {
        self.0.query.iter().filter(|(k, _)| k == key).map(|(_, value)| value.as_str()).collect()
    }

    /// Returns the API group; empty for the core group.
    pub fn group(&self) -> &str {
        self.target(|target| &target.group)
    }

    /// Returns the resource's name in the path, such as `leases`; empty when it is not about objects.
    pub fn resource(&self) -> &str {
        self.target(|target| &target.plural)
    }

    /// Returns the kind, such as `Lease`; empty when it is not about objects of a kind that the server knows.
    pub fn kind(&self) -> &str {
        self.target(|target| &target.kind)
    }

    /// Returns the namespace; empty for all namespaces and for cluster-scoped objects.
    pub fn namespace(&self) -> &str {
        self.target(|target| target.namespace.as_deref().unwrap_or_default())
    }

    /// Returns the name of the object: the one in the path, or, for a creation, the one in the body. Empty where there is none.
    pub fn name(&self) -> Cow<'_, str> {
        let named = self.target(|target| target.name.as_deref().unwrap_or_default());
        if self.0.verb != Verb::Create || !named.is_empty() {
            return Cow::Borrowed(named);
        }
        let name = self.json().and_then(|body| Some(body["metadata"]["name"].as_str()?.to_owned()));
        Cow::Owned(name.unwrap_or_default())
    }

    /// Returns the subresource, such as `status`; empty where there is none.
    pub fn subresource(&self) -> &str {
        self.target(|target| target.subresource.as_deref().unwrap_or_default())
    }

    /// Returns the `User-Agent`; empty where there is none.
    pub fn user_agent(&self) -> &str {
        self.0.headers.user_agent.as_deref().unwrap_or_default()
    }

    /// Returns the body as it came.
    pub fn body(&self) -> &[u8] {
        &self.0.body
    }

    /// Returns the body as JSON, if it is that.
    pub fn json(&self) -> Option<Value> {
        serde_json::from_slice(&self.0.body).ok()
    }

    fn target<'a>(&'a self, field: impl Fn(&'a Target) -> &'a str) -> &'a str {
        self.0.target.as_ref().map_or("", field)
    }
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let query: Vec<String> = self.0.query.iter().map(|(key, value)| format!("{key}={value}")).collect();
        let mark = if query.is_empty() { "" } else { "?" };
        write!(
            f,
            "{:?} {} {} {}{mark}{}",
            self.at(),
            self.client(),
            self.method(),
            self.path(),
            query.join("&")
        )
    }
}
