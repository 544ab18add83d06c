//! What a set does besides look-ups.

use le_core::{BucketName, NamespacedName};
use le_hash::{BucketSet, BucketSetError};

#[test]
fn names_come_in_byte_order_and_count_once() {
    let set = BucketSet::new(["b", "ä", "a", "", "b", "B"]).unwrap();
    assert_eq!(set.names(), ["", "B", "a", "b", "ä"].map(BucketName::from));
    assert_eq!(set.snapshot().names(), set.names());
}

#[test]
fn contains_knows_the_names_and_no_others() {
    let set = BucketSet::new(["a", "c"]).unwrap();
    assert!(set.contains("a") && set.contains("c"));
    assert!(!set.contains("b") && !set.contains(""));
    assert!(set.snapshot().contains("a") && !set.snapshot().contains("b"));
}

#[test]
fn no_name_is_an_error() {
    assert_eq!(BucketSet::new([""; 0]).unwrap_err(), BucketSetError::Empty);
    assert_eq!(BucketSetError::Empty.to_string(), "no bucket names: give at least one");
}

#[test]
fn more_names_than_slots_are_an_error_that_says_how_many() {
    let names = |count| (0..count).map(|i| i.to_string());
    assert_eq!(BucketSet::new(names(BucketSet::MAX_NAMES)).unwrap().names().len(), 2048);
    let error = BucketSet::new(names(BucketSet::MAX_NAMES + 1)).unwrap_err();
    assert!(matches!(error, BucketSetError::TooMany { count: 2049, .. }));
    assert_eq!(error.to_string(), "2049 bucket names: give at most 2048");
}

#[test]
fn a_name_given_twice_does_not_count_towards_the_most() {
    let twice = (0..2048).chain(0..2048).map(|i| i.to_string());
    assert_eq!(BucketSet::new(twice).unwrap().names().len(), 2048);
}

#[test]
fn a_refused_update_leaves_the_set_as_it_was() {
    let set = BucketSet::new(["a", "b"]).unwrap();
    assert_eq!(set.update([""; 0]), Err(BucketSetError::Empty));
    assert!(set.update((0..3000).map(|i| i.to_string())).is_err());
    assert_eq!(set.names(), ["a", "b"].map(BucketName::from));
}

#[test]
fn every_handle_and_bucket_follows_an_update_and_a_snapshot_does_not() {
    let set = BucketSet::new(["a", "b"]).unwrap();
    let handle = set.clone();
    let [a, b] = set.buckets().try_into().unwrap();
    let before = set.snapshot();
    let key = NamespacedName::new("ns", "name");
    assert_ne!(a.has(&key), b.has(&key));

    handle.update(["b"]).unwrap();
    assert_eq!(set.owner(&key).as_str(), "b");
    assert!(!a.has(&key), "a bucket that is no longer in the set has nothing");
    assert!(b.has(&key));
    assert_eq!(before.names().len(), 2);

    set.update(["a"]).unwrap();
    assert!(a.has(&key), "a bucket whose name came back has keys again");
    assert!(!b.has(&key));
}

#[test]
fn buckets_are_sorted_by_name() {
    let set = BucketSet::new(["c", "a", "b"]).unwrap();
    let buckets = set.buckets();
    let names: Vec<&str> = buckets.iter().map(|bucket| bucket.name().as_str()).collect();
    assert_eq!(names, ["a", "b", "c"]);
}

#[test]
fn a_cluster_scoped_key_has_a_leading_slash() {
    let set = BucketSet::new((0..50).map(|i| format!("bucket-{i}"))).unwrap();
    for node in ["node-1", "node-2", "node-3"] {
        let owner =
            le_hash::choose_subset(set.names().iter().map(BucketName::as_str), 1, &format!("/{node}"))
                .unwrap()[0]
                .to_owned();
        assert_eq!(set.owner(&NamespacedName::cluster(node)).as_str(), owner);
    }
}

#[test]
fn sets_are_printed_with_their_names() {
    let set = BucketSet::new(["b", "a"]).unwrap();
    assert_eq!(format!("{set:?}"), r#"BucketSet(["a", "b"])"#);
    assert_eq!(format!("{:?}", set.snapshot()), r#"Snapshot(["a", "b"])"#);
}

#[test]
fn sets_and_snapshots_go_where_threads_go() {
    fn check<T: Send + Sync + 'static>() {}
    check::<BucketSet>();
    check::<le_hash::Snapshot>();
}

#[test]
fn a_bucket_keeps_its_keys_apart_while_names_come_go_and_come_again() {
    let set = BucketSet::new(["a", "b"]).unwrap();
    let mut buckets = set.buckets();
    for names in [&["b", "c"][..], &["0", "c"], &["a", "c", "0"], &["a", "b", "c", "0"]] {
        set.update(names).unwrap();
        buckets.extend(set.buckets());
        for key in (0..50).map(|i| NamespacedName::new("ns", format!("object-{i}"))) {
            let owner = set.owner(&key);
            assert!(
                buckets.iter().all(|bucket| bucket.has(&key) == (*bucket.name() == owner)),
                "{key} {names:?}"
            );
        }
    }
}

#[test]
fn the_buckets_of_a_set_are_found_with_one_question() {
    let set = BucketSet::new((0..20).map(|i| i.to_string())).unwrap();
    let map = le_core::BucketMap::new();
    for bucket in set.buckets().into_iter().chain(set.clone().buckets()) {
        map.insert(bucket.clone(), bucket.name().clone());
    }
    assert_eq!(format!("{map:?}").matches(':').count(), 20);
    for key in (0..50).map(|i| NamespacedName::new("ns", format!("object-{i}"))) {
        assert_eq!(map.find(&key, |_| true), Some(set.owner(&key)));
    }
}
