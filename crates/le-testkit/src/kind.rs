//! What the server knows about a kind of object.

use std::any::TypeId;
use std::borrow::Cow;

use kube::core::ClusterResourceScope;
use serde_json::Value;

use crate::event_view;
use crate::schema::Schema;

/// A kind of object that the server keeps: its group, version, names, and the few ways in which kinds differ.
///
/// ```
/// use le_testkit::{ApiServer, Kind};
///
/// let server = ApiServer::new();
/// server.register(Kind::namespaced("acme.io", "v1", "Widget", "widgets").with_status());
/// ```
#[derive(Clone, Debug)]
pub struct Kind {
    group: String,
    version: String,
    kind: String,
    plural: String,
    short_names: Vec<String>,
    namespaced: bool,
    resource: String,
    pub(crate) rules: Rules,
}

/// How a kind differs from others. The defaults are those of a custom resource.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rules {
    /// It has a status that is written through a path of its own.
    pub(crate) status: bool,
    /// `metadata.generation` counts the changes of what is wanted.
    pub(crate) generation: bool,
    /// A PUT of an object that is not there creates it.
    pub(crate) create_on_update: bool,
    /// A PUT without a resourceVersion is accepted.
    pub(crate) unconditional_update: bool,
    /// A deletion answers with the object, not with a `Status`.
    pub(crate) returns_deleted: bool,
    /// A custom resource: strategic merge patch is refused.
    pub(crate) custom: bool,
    /// How its names are checked.
    pub(crate) names: Names,
    /// The fields that are decoded strictly; `None` keeps everything as it came.
    pub(crate) schema: Option<&'static Schema>,
}

/// The rules that a name obeys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Names {
    Subdomain,
    Label,
    Label1035,
}

impl Rules {
    const CUSTOM: Self = Self {
        status: false,
        generation: true,
        create_on_update: false,
        unconditional_update: false,
        returns_deleted: false,
        custom: true,
        names: Names::Subdomain,
        schema: None,
    };

    pub(crate) const BUILT_IN: Self = Self {
        status: false,
        generation: false,
        create_on_update: false,
        unconditional_update: true,
        returns_deleted: false,
        custom: false,
        names: Names::Subdomain,
        schema: None,
    };
}

impl Kind {
    /// Makes a namespaced kind, which behaves as a custom resource does: without a status subresource, `generation` counting
    /// changes outside of the metadata, and everything kept that is sent.
    pub fn namespaced(group: &str, version: &str, kind: &str, plural: &str) -> Self {
        let resource = if group.is_empty() { plural.to_owned() } else { format!("{plural}.{group}") };
        Self {
            group: group.to_owned(),
            version: version.to_owned(),
            kind: kind.to_owned(),
            plural: plural.to_owned(),
            short_names: Vec::new(),
            namespaced: true,
            resource,
            rules: Rules::CUSTOM,
        }
    }

    /// Makes a cluster-scoped kind.
    pub fn cluster(group: &str, version: &str, kind: &str, plural: &str) -> Self {
        Self { namespaced: false, ..Self::namespaced(group, version, kind, plural) }
    }

    /// Makes the kind of a Rust type, such as one that derives kube's `CustomResource`.
    pub fn of<K>() -> Self
    where
        K: kube::Resource<DynamicType = (), Scope: 'static>,
    {
        let kind = Self::namespaced(&K::group(&()), &K::version(&()), &K::kind(&()), &K::plural(&()));
        let cluster = TypeId::of::<K::Scope>() == TypeId::of::<ClusterResourceScope>();
        Self { namespaced: !cluster, ..kind }
    }

    /// Gives the kind a status subresource: `status` can then be written only through `.../status`.
    #[must_use]
    pub fn with_status(mut self) -> Self {
        self.rules.status = true;
        self
    }

    /// Adds a short name, as `kubectl get` understands it.
    #[must_use]
    pub fn short_name(mut self, name: &str) -> Self {
        self.short_names.push(name.to_owned());
        self
    }

    pub(crate) fn with_rules(mut self, rules: Rules) -> Self {
        self.rules = rules;
        self
    }

    /// Returns the API group; empty for the core group.
    pub fn group(&self) -> &str {
        &self.group
    }

    /// Returns the version within the group.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// Returns the kind, such as `Lease`.
    pub fn kind(&self) -> &str {
        &self.kind
    }

    /// Returns the name used in paths, such as `leases`.
    pub fn plural(&self) -> &str {
        &self.plural
    }

    /// Tells whether objects of this kind live in namespaces.
    pub fn is_namespaced(&self) -> bool {
        self.namespaced
    }

    pub(crate) fn short_names(&self) -> &[String] {
        &self.short_names
    }

    /// `leases.coordination.k8s.io`, or the plural alone in the core group.
    pub(crate) fn resource(&self) -> &str {
        &self.resource
    }

    /// What its objects are kept as: Events of both groups are one.
    pub(crate) fn storage(&self) -> &str {
        if self.resource == "events.events.k8s.io" { "events" } else { &self.resource }
    }

    /// Turns an object as it was sent into what is kept.
    pub(crate) fn to_stored(&self, object: Value) -> Value {
        if self.storage() == "events" { event_view::to_stored(object) } else { object }
    }

    /// Shows an object that is kept as this kind has it.
    pub(crate) fn shown<'a>(&self, object: &'a Value) -> Cow<'a, Value> {
        if self.storage() == self.resource {
            Cow::Borrowed(object)
        } else {
            Cow::Owned(event_view::to_events_v1(object.clone()))
        }
    }

    /// `Lease.coordination.k8s.io`, or the kind alone in the core group.
    pub(crate) fn qualified_kind(&self) -> String {
        if self.group.is_empty() { self.kind.clone() } else { format!("{}.{}", self.kind, self.group) }
    }

    /// `coordination.k8s.io/v1`, or the version alone in the core group.
    pub(crate) fn api_version(&self) -> String {
        if self.group.is_empty() { self.version.clone() } else { format!("{}/{}", self.group, self.version) }
    }
}
