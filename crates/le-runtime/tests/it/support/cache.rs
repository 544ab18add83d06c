//! A cache that is filled by hand, and terms that are begun by hand, for a `Shard` without a controller.

use std::sync::Arc;

use k8s_openapi::api::core::v1::ConfigMap;
use kube::runtime::reflector::store::Writer;
use kube::runtime::reflector::{self, Store};
use kube::runtime::watcher::Event;
use le_core::{Bucket, Clock, Enqueue, FencingToken, LeaderAware, Moment, Term};
use le_runtime::Shard;

use super::object;

pub(crate) struct Cache {
    pub(crate) store: Store<ConfigMap>,
    writer: Writer<ConfigMap>,
}

impl Cache {
    /// Makes a cache that waits for its first list.
    pub(crate) fn new() -> Self {
        let (store, writer) = reflector::store();
        Self { store, writer }
    }

    pub(crate) fn filled(names: impl IntoIterator<Item = impl AsRef<str>>) -> Self {
        let mut cache = Self::new();
        cache.fill(names);
        cache
    }

    /// Fills it with a list.
    pub(crate) fn fill(&mut self, names: impl IntoIterator<Item = impl AsRef<str>>) {
        self.writer.apply_watcher_event(&Event::Init);
        for name in names {
            self.writer.apply_watcher_event(&Event::InitApply(object(name.as_ref())));
        }
        self.writer.apply_watcher_event(&Event::InitDone);
    }
}

/// A clock that stands still.
#[derive(Debug)]
pub(crate) struct Still;

impl Clock for Still {
    fn now(&self) -> Moment {
        Moment::ORIGIN
    }
}

/// Begins a term of a bucket and promotes it. The right holds until the term is ended or dropped.
pub(crate) async fn promote(shard: &Shard<ConfigMap>, bucket: &Bucket, enqueue: Option<Enqueue>) -> Term {
    let term = Term::begin(bucket.clone(), FencingToken::new(1), Moment::NEVER, Arc::new(Still));
    shard.promote(term.leadership(), enqueue).await.unwrap();
    term
}
