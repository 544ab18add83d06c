//! The objects, under one resourceVersion that only grows.

mod history;
mod snapshot;

use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::Arc;

use serde_json::Value;

pub(crate) use history::{Change, Event, TooOld};
pub(crate) use snapshot::Snapshot;

use crate::bell::{Bell, Ear};
use crate::meta;
use history::History;
use snapshot::Snapshots;

/// Versions begin well above 1, for a version that somebody made up is too old on a real server as well.
const FIRST: u64 = 100;

/// Where an object is kept: its resource (`leases.coordination.k8s.io`), namespace and name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Key {
    pub(crate) resource: Arc<str>,
    pub(crate) namespace: String,
    pub(crate) name: String,
}

impl Key {
    pub(crate) fn new(resource: &str, namespace: &str, name: &str) -> Self {
        Self { resource: resource.into(), namespace: namespace.to_owned(), name: name.to_owned() }
    }
}

/// An object, and what the server remembers about it beside its text.
#[derive(Clone, Debug)]
pub(crate) struct Stored {
    pub(crate) object: Arc<Value>,
    /// The client that gave the Lease its present holder.
    pub(crate) holder_writer: Arc<str>,
    /// Which field managers own which fields.
    pub(crate) owners: Arc<crate::api::Owners>,
}

/// The objects, their history, and the bell that rings at each change.
#[derive(Debug)]
pub(crate) struct Store {
    version: u64,
    objects: BTreeMap<Key, Stored>,
    history: History,
    snapshots: Snapshots,
    changed: Bell,
}

impl Store {
    pub(crate) fn new(history: usize) -> Self {
        Self {
            version: FIRST,
            objects: BTreeMap::new(),
            history: History::new(history, FIRST),
            snapshots: Snapshots::default(),
            changed: Bell::default(),
        }
    }

    /// The version of the last change.
    pub(crate) fn version(&self) -> u64 {
        self.version
    }

    pub(crate) fn listen(&self) -> Ear {
        self.changed.listen()
    }

    pub(crate) fn get(&self, key: &Key) -> Option<&Stored> {
        self.objects.get(key)
    }

    /// The objects of a resource in the order of their keys, of one namespace or of all.
    pub(crate) fn range<'a>(
        &'a self,
        resource: &str,
        namespace: Option<&'a str>,
    ) -> impl Iterator<Item = (&'a Key, &'a Stored)> + 'a {
        let from = Key::new(resource, namespace.unwrap_or(""), "");
        let resource = from.resource.clone();
        self.objects.range((Bound::Included(from), Bound::Unbounded)).take_while(move |(key, _)| {
            key.resource == resource && namespace.is_none_or(|namespace| key.namespace == namespace)
        })
    }

    /// The keys of everything that lives in a namespace.
    pub(crate) fn keys_in_namespace(&self, namespace: &str) -> Vec<Key> {
        self.objects.keys().filter(|key| key.namespace == namespace).cloned().collect()
    }

    /// The objects as they were at an earlier version.
    pub(crate) fn at(
        &self,
        resource: &str,
        namespace: Option<&str>,
        version: u64,
    ) -> Result<Arc<Snapshot>, TooOld> {
        let since = self.history.since(version)?;
        if let Some(kept) = self.snapshots.find(resource, namespace, version) {
            return Ok(kept);
        }
        let mut objects: BTreeMap<Key, Arc<Value>> = self
            .range(resource, namespace)
            .map(|(key, stored)| (key.clone(), Arc::clone(&stored.object)))
            .collect();
        for event in since.rev() {
            let inside = &*event.key.resource == resource
                && namespace.is_none_or(|namespace| event.key.namespace == namespace);
            if inside {
                match &event.before {
                    Some(before) => objects.insert(event.key.clone(), Arc::clone(before)),
                    None => objects.remove(&event.key),
                };
            }
        }
        Ok(Arc::new(Snapshot {
            resource: resource.to_owned(),
            namespace: namespace.map(str::to_owned),
            version,
            objects: objects.into_iter().collect(),
        }))
    }

    /// Keeps a list of which more pages will be wanted.
    pub(crate) fn keep(&mut self, snapshot: Arc<Snapshot>) {
        self.snapshots.keep(snapshot);
    }

    /// What happened after `version`, oldest first.
    pub(crate) fn since(
        &self,
        version: u64,
    ) -> Result<impl DoubleEndedIterator<Item = &Event> + use<'_>, TooOld> {
        self.history.since(version)
    }

    /// Writes an object under the next version, which it gets as its resourceVersion.
    pub(crate) fn put(&mut self, key: Key, mut stored: Stored) -> Arc<Value> {
        self.version += 1;
        let object = Arc::make_mut(&mut stored.object);
        meta::set(object, "resourceVersion", self.version.to_string().into());
        let now = Arc::clone(&stored.object);
        let before = self.objects.insert(key.clone(), stored).map(|stored| stored.object);
        let change = if before.is_some() { Change::Modified } else { Change::Added };
        self.record(key, change, Arc::clone(&now), before);
        now
    }

    /// Makes room in the history for one change more, so that many at once drive no watch off.
    pub(crate) fn remember_one_more(&mut self) {
        self.history.extend();
    }

    /// Takes an object out. What is left is its last state, under the version of its deletion.
    pub(crate) fn remove(&mut self, key: &Key) -> Option<Arc<Value>> {
        let before = self.objects.remove(key)?.object;
        self.version += 1;
        let mut last = Value::clone(&before);
        meta::set(&mut last, "resourceVersion", self.version.to_string().into());
        let last = Arc::new(last);
        self.record(key.clone(), Change::Deleted, Arc::clone(&last), Some(before));
        Some(last)
    }

    /// Keeps no more than the last `changes` changes from now on.
    pub(crate) fn remember(&mut self, changes: usize) {
        self.history.limit_to(changes);
    }

    /// Forgets the history, as etcd does when it is compacted: versions before the present one are too old from here on.
    pub(crate) fn compact(&mut self) {
        self.history.compact(self.version);
    }

    fn record(&mut self, key: Key, change: Change, object: Arc<Value>, before: Option<Arc<Value>>) {
        self.history.push(Event { version: self.version, key, change, object, before });
        self.changed.ring();
    }
}
