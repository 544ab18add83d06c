//! Kinds of all sorts.

use std::collections::BTreeSet;
use std::convert::Infallible;
use std::sync::{Arc, Mutex};

use futures::StreamExt;
use k8s_openapi::api::core::v1::Namespace;
use kube::api::{ApiResource, DynamicObject, PostParams};
use kube::core::GroupVersionKind;
use kube::runtime::controller::Action;
use kube::runtime::reflector::{self, ObjectRef};
use kube::runtime::watcher::Event;
use kube::runtime::{Controller, watcher};
use kube::{Api, ResourceExt};
use le_core::{Bucket, Leadership, NamespacedName};
use le_runtime::{Options, Shard, Sharded};
use le_testkit::{ApiServer, ByHand, Kind};
use tokio_util::sync::CancellationToken;

use crate::support::{buckets, ended, settle};

type Seen = Arc<Mutex<BTreeSet<String>>>;

async fn see<K: ResourceExt>(
    object: Arc<K>,
    seen: Arc<Seen>,
    leadership: Leadership,
) -> Result<Action, Infallible> {
    let (namespace, name) = (object.namespace().unwrap_or_default(), object.name_any());
    assert!(leadership.bucket().has(&NamespacedName::new(&namespace, &name)));
    assert!(seen.lock().unwrap().insert(name), "seen twice");
    Ok(Action::await_change())
}

fn of(bucket: &Bucket, namespace: &str, names: &[String]) -> BTreeSet<String> {
    names.iter().filter(|name| bucket.has(&NamespacedName::new(namespace, name.as_str()))).cloned().collect()
}

#[tokio::test(start_paused = true)]
async fn objects_without_a_namespace_are_shared_out_too() {
    let (server, hand, seen, stop) =
        (ApiServer::new(), ByHand::new(), Seen::default(), CancellationToken::new());
    let mut names: Vec<String> = (0..50).map(|i| format!("space-{i}")).collect();
    for name in &names {
        server.create_namespace(name);
    }
    names.extend(["default", "kube-node-lease", "kube-public", "kube-system"].map(str::to_owned));
    let controller = Controller::new(Api::<Namespace>::all(server.client("a")), watcher::Config::default());
    let sharded = Sharded::new(controller, &hand, "namespaces").unwrap();
    let run = sharded.run(see, |_, _, _| Action::await_change(), Arc::new(seen.clone()), stop.clone());
    let running = tokio::spawn(run);
    settle().await;
    for bucket in buckets() {
        hand.promote(bucket.clone()).await.unwrap();
        settle().await;
        assert_eq!(std::mem::take(&mut *seen.lock().unwrap()), of(&bucket, "", &names));
    }
    stop.cancel();
    running.await.unwrap().unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_key_is_enqueued_under_the_reference_that_a_watch_gives_it() {
    let (store, mut writer) = reflector::store::<Namespace>();
    let mut space = Namespace::default();
    space.metadata.name = Some("space".to_owned());
    [Event::Init, Event::InitApply(space.clone()), Event::InitDone]
        .iter()
        .for_each(|event| writer.apply_watcher_event(event));
    let (shard, mut keys) = Shard::new(store, (), Options::default());
    // A queue that knew one object under two references would have it reconciled twice at a time.
    let key = || NamespacedName::cluster("space");
    for key in [key(), key().into_owned()] {
        shard.enqueue().enqueue(&Bucket::whole("all"), key);
        assert_eq!(ended(keys.next()).await, Some(ObjectRef::from(&space)));
    }
}

#[tokio::test(start_paused = true)]
async fn objects_of_a_kind_that_is_known_at_run_time_only_are_shared_out_too() {
    let (server, hand, seen, stop) =
        (ApiServer::new(), ByHand::new(), Seen::default(), CancellationToken::new());
    server.register(Kind::namespaced("acme.io", "v1", "Widget", "widgets"));
    let kind =
        ApiResource::from_gvk_with_plural(&GroupVersionKind::gvk("acme.io", "v1", "Widget"), "widgets");
    let api: Api<DynamicObject> = Api::default_namespaced_with(server.client("a"), &kind);
    let names: Vec<String> = (0..50).map(|i| format!("widget-{i}")).collect();
    for name in &names {
        api.create(&PostParams::default(), &DynamicObject::new(name, &kind)).await.unwrap();
    }
    let controller = Controller::new_with(api, watcher::Config::default(), kind.clone());
    let sharded = Sharded::new_with(controller, &hand, "widgets", kind, Options::default()).unwrap();
    assert!(format!("{sharded:?}").starts_with("Sharded { shard: Shard"), "{sharded:?}");
    let run = sharded.run(see, |_, _, _| Action::await_change(), Arc::new(seen.clone()), stop.clone());
    let running = tokio::spawn(run);
    settle().await;
    for bucket in buckets() {
        hand.promote(bucket.clone()).await.unwrap();
        settle().await;
        assert_eq!(std::mem::take(&mut *seen.lock().unwrap()), of(&bucket, "default", &names));
    }
    stop.cancel();
    running.await.unwrap().unwrap();
}
