//! Look-ups allocate nothing, whatever the set is like.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use le_core::{Bucket, NamespacedName};
use le_hash::BucketSet;

use crate::sharing::Ends;

fn names(count: usize) -> impl Iterator<Item = String> {
    (0..count).map(move |i| format!("controller.acme.widgets.{i:02}-of-{count:02}"))
}

fn look_up(set: &BucketSet, buckets: &[Bucket], keys: &[NamespacedName<'_>]) -> usize {
    let snapshot = set.snapshot();
    let mut had = snapshot.owners(keys).count();
    for key in keys {
        had += usize::from(set.owner(key) == *snapshot.owner(key));
        had += usize::from(buckets[0].has(key)) + usize::from(set.contains("controller"));
    }
    had
}

#[test]
fn a_look_up_allocates_nothing_after_the_first_of_a_thread() {
    // With 1,000 names many collide, and with 2,048 no slot is free.
    for count in [1, 10, 100, 1000, 2048] {
        let set = BucketSet::new(names(count)).unwrap();
        let buckets = set.buckets();
        let keys =
            [NamespacedName::new("ns", "a"), NamespacedName::cluster("b"), NamespacedName::new("", "")];
        look_up(&set, &buckets, &keys[..1]);
        let info = allocation_counter::measure(|| {
            look_up(&set, &buckets, &keys);
        });
        assert_eq!(info.count_total, 0, "{count} names");
    }
}

#[test]
fn a_look_up_allocates_nothing_while_another_thread_updates() {
    let set = BucketSet::new(names(10)).unwrap();
    let buckets = set.buckets();
    let keys: Vec<_> = (0..20).map(|i| NamespacedName::new("ns", format!("object-{i}"))).collect();
    let (updating, done) = (AtomicBool::new(false), AtomicBool::new(false));
    thread::scope(|scope| {
        scope.spawn(|| {
            while !done.load(Ordering::Relaxed) {
                set.update(names(100)).unwrap();
                updating.store(true, Ordering::Relaxed);
                set.update(names(10)).unwrap();
            }
        });
        let _ends = Ends(&done);
        while !updating.load(Ordering::Relaxed) {
            look_up(&set, &buckets, &keys);
        }
        let info = allocation_counter::measure(|| {
            for _ in 0..2000 {
                look_up(&set, &buckets, &keys);
            }
        });
        assert_eq!(info.count_total, 0);
    });
}

/// Were allocations not counted, the tests above would say nothing.
#[test]
fn what_does_allocate_is_counted() {
    let set = BucketSet::new(names(10)).unwrap();
    let info = allocation_counter::measure(|| drop(set.names()));
    assert_eq!(info.count_total, 1);
}
