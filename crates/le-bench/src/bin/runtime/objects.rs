//! Objects, buckets and terms to measure with.

use std::sync::Arc;

use k8s_openapi::api::core::v1::ConfigMap;
use kube::runtime::reflector::store::Writer;
use kube::runtime::watcher::Event;
use le_core::{Bucket, Clock, FencingToken, Moment, NamespacedName, Term};
use le_hash::BucketSet;

/// Where all objects are.
pub(crate) const NAMESPACE: &str = "default";

/// Makes objects with keys of 28 bytes.
pub(crate) fn objects(count: usize) -> impl Iterator<Item = ConfigMap> {
    (0..count).map(|index| {
        let mut object = ConfigMap::default();
        object.metadata.namespace = Some(NAMESPACE.to_owned());
        object.metadata.name = Some(format!("acme-widgets-a-{index:05}"));
        object
    })
}

pub(crate) fn key_of(object: &ConfigMap) -> NamespacedName<'_> {
    NamespacedName::new(NAMESPACE, object.metadata.name.as_deref().unwrap_or_default())
}

/// Makes a cache that has been filled.
pub(crate) fn filled(objects: impl Iterator<Item = ConfigMap>) -> Writer<ConfigMap> {
    let mut writer = Writer::new(());
    writer.apply_watcher_event(&Event::Init);
    for object in objects {
        writer.apply_watcher_event(&Event::InitApply(object));
    }
    writer.apply_watcher_event(&Event::InitDone);
    writer
}

/// Returns ten buckets as a component of `le-config` names them.
pub(crate) fn ten_buckets() -> anyhow::Result<Vec<Bucket>> {
    Ok(BucketSet::new((0..10).map(|index| format!("controller.acme.widgets.{index:02}-of-10")))?.buckets())
}

/// Begins a term that does not end by itself, and whose validity costs what it costs with Leases: a look at a clock.
pub(crate) fn term(bucket: Bucket) -> Term {
    let deadline = Moment::from_nanos(u64::MAX - 1);
    Term::begin(bucket, FencingToken::new(1), deadline, Arc::new(TokioClock))
}

/// As the clock of `le-lease`: one read of the monotonic clock.
#[derive(Debug)]
struct TokioClock;

impl Clock for TokioClock {
    fn now(&self) -> Moment {
        use std::sync::OnceLock;
        use tokio::time::Instant;
        static ORIGIN: OnceLock<Instant> = OnceLock::new();
        Moment::ORIGIN + ORIGIN.get_or_init(Instant::now).elapsed()
    }
}
