//! What is not led here costs no allocation.

use std::sync::Arc;

use futures::FutureExt;
use kube::runtime::controller::Action;
use le_runtime::{Options, Shard};

use crate::support::{Cache, Refused, buckets, has, names, object, promote};

#[tokio::test(start_paused = true)]
async fn a_key_that_is_not_led_allocates_nothing() {
    let (shard, _keys) = Shard::new(Cache::filled(names(10)).store, (), Options::default());
    let led: Vec<_> = buckets().into_iter().take(5).collect();
    let mut terms = Vec::new();
    for bucket in &led {
        terms.push(promote(&shard, bucket, Some(shard.enqueue())).await);
    }
    let mut reconcile = shard.reconciler(|_, _: Arc<()>, _| async {
        Ok::<_, Refused>(Action::requeue(std::time::Duration::ZERO))
    });
    let policy = shard.error_policy(|_, _: &Refused, _| Action::requeue(std::time::Duration::ZERO));
    let is_led = |name: &String| led.iter().any(|bucket| has(bucket, name));
    let elsewhere: Vec<_> =
        names(100).filter(|name| !is_led(name)).map(|name| Arc::new(object(&name))).collect();
    let context = Arc::new(());
    let mut pass = || {
        for object in &elsewhere {
            assert!(!shard.leads(object));
            let skipped = reconcile(Arc::clone(object), Arc::clone(&context)).now_or_never();
            assert_eq!(skipped.unwrap().unwrap(), Action::await_change());
            assert_eq!(policy(Arc::clone(object), &Refused, Arc::clone(&context)), Action::await_change());
        }
    };
    pass(); // The first look-up of a thread makes room for all others.
    assert!(elsewhere.len() > 20);
    assert_eq!(allocation_counter::measure(pass).count_total, 0);
}
