//! Objects as they were at one version, kept for lists that are read in pages.

use std::collections::VecDeque;
use std::sync::Arc;

use serde_json::Value;

use super::Key;

/// How many lists are kept: more than are ever read in pages at one time.
const LIMIT: usize = 8;

/// The objects of a resource, of one namespace or of all, at one version.
#[derive(Debug)]
pub(crate) struct Snapshot {
    pub(super) resource: String,
    pub(super) namespace: Option<String>,
    pub(crate) version: u64,
    /// In the order of their keys.
    pub(crate) objects: Vec<(Key, Arc<Value>)>,
}

/// The last lists of which somebody has seen the first page only: without them, each page would walk over all objects.
#[derive(Debug, Default)]
pub(super) struct Snapshots(VecDeque<Arc<Snapshot>>);

impl Snapshot {
    /// The objects after a namespace and name.
    pub(crate) fn after(&self, namespace: &str, name: &str) -> &[(Key, Arc<Value>)] {
        let after = (namespace, name);
        let seen = self.objects.partition_point(|(key, _)| (&*key.namespace, &*key.name) <= after);
        &self.objects[seen..]
    }
}

impl Snapshots {
    pub(super) fn find(
        &self,
        resource: &str,
        namespace: Option<&str>,
        version: u64,
    ) -> Option<Arc<Snapshot>> {
        let wanted = (resource, namespace, version);
        self.0.iter().find(|one| (&*one.resource, one.namespace.as_deref(), one.version) == wanted).cloned()
    }

    pub(super) fn keep(&mut self, snapshot: Arc<Snapshot>) {
        if self.find(&snapshot.resource, snapshot.namespace.as_deref(), snapshot.version).is_some() {
            return;
        }
        self.0.push_back(snapshot);
        if self.0.len() > LIMIT {
            self.0.pop_front();
        }
    }
}
