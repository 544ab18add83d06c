//! The key of an object: namespace and name.

use std::borrow::Cow;
use std::fmt;

/// The key of a Kubernetes object: its namespace and its name.
///
/// Borrows what it is made from where it can, so that asking for the bucket of an object at hand allocates nothing. A
/// cluster-scoped object has an empty namespace. Keys are ordered by namespace, then by name.
///
/// ```
/// use le_core::NamespacedName;
///
/// assert_eq!(NamespacedName::new("ns", "name").to_string(), "ns/name");
/// assert_eq!(NamespacedName::cluster("a-node").to_string(), "/a-node");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NamespacedName<'a> {
    namespace: Cow<'a, str>,
    name: Cow<'a, str>,
}

impl<'a> NamespacedName<'a> {
    /// Makes the key of a namespaced object.
    pub fn new(namespace: impl Into<Cow<'a, str>>, name: impl Into<Cow<'a, str>>) -> Self {
        Self { namespace: namespace.into(), name: name.into() }
    }

    /// Makes the key of a cluster-scoped object.
    pub fn cluster(name: impl Into<Cow<'a, str>>) -> Self {
        Self::new("", name)
    }

    /// Returns the namespace; empty for a cluster-scoped object.
    pub fn namespace(&self) -> &str {
        &self.namespace
    }

    /// Returns the name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the namespace and the name.
    pub fn into_parts(self) -> (Cow<'a, str>, Cow<'a, str>) {
        (self.namespace, self.name)
    }

    /// Makes a key that borrows nothing, for a queue or a map.
    pub fn into_owned(self) -> NamespacedName<'static> {
        NamespacedName {
            namespace: Cow::Owned(self.namespace.into_owned()),
            name: Cow::Owned(self.name.into_owned()),
        }
    }
}

/// Writes `<namespace>/<name>`, the text that Knative hashes; `/<name>` for a cluster-scoped object.
impl fmt::Display for NamespacedName<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.namespace, self.name)
    }
}
