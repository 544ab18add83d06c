//! Look-ups beside updates.

use std::sync::Barrier;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use le_core::NamespacedName;
use le_hash::BucketSet;

/// Ends what other threads do when it goes, also where that is by a panic: else a test that fails would hang.
pub(crate) struct Ends<'a>(pub(crate) &'a AtomicBool);

impl Drop for Ends<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Two sets without a name in common: an owner tells which of them it comes from, and a mix would give a third answer.
#[test]
fn a_reader_sees_the_old_names_or_the_new_ones_and_never_a_mix() {
    let old: Vec<String> = (0..300).map(|i| format!("old-{i}")).collect();
    let new: Vec<String> = (0..7).map(|i| format!("new-{i}")).collect();
    let keys: Vec<_> = (0..50).map(|i| NamespacedName::new("ns", format!("object-{i}"))).collect();
    let owners = |names: &[String]| -> Vec<_> {
        let set = BucketSet::new(names).unwrap();
        keys.iter().map(|key| set.owner(key)).collect()
    };
    let (of_old, of_new) = (owners(&old), owners(&new));

    let set = BucketSet::new(&old).unwrap();
    let done = AtomicBool::new(false);
    let readers = 8;
    let started = Barrier::new(readers + 1);
    thread::scope(|scope| {
        for _ in 0..readers {
            scope.spawn(|| {
                started.wait();
                while !done.load(Ordering::Relaxed) {
                    for (i, key) in keys.iter().enumerate() {
                        let owner = set.owner(key);
                        assert!(owner == of_old[i] || owner == of_new[i], "{key} went to {owner}");
                    }
                    let snapshot = set.snapshot();
                    let both = keys.iter().map(|key| snapshot.owner(key));
                    assert!(both.clone().eq(&of_old) || both.eq(&of_new), "a snapshot changed");
                    assert!([old.len(), new.len()].contains(&set.names().len()));
                }
            });
        }
        let _ends = Ends(&done);
        started.wait();
        for _ in 0..100 {
            set.update(&new).unwrap();
            thread::yield_now();
            set.update(&old).unwrap();
            thread::yield_now();
        }
    });
    assert!(keys.iter().map(|key| set.owner(key)).eq(of_old));
}

#[test]
fn a_thread_sees_an_update_that_it_waited_for() {
    let set = BucketSet::new(["a"]).unwrap();
    let key = NamespacedName::new("ns", "name");
    let bucket = set.buckets().remove(0);
    for _ in 0..100 {
        let handle = set.clone();
        thread::spawn(move || handle.update(["b"])).join().unwrap().unwrap();
        assert!(set.owner(&key).as_str() == "b" && !bucket.has(&key));
        set.update(["a"]).unwrap();
        assert!(set.owner(&key).as_str() == "a" && bucket.has(&key));
    }
}
