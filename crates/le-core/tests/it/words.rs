//! The plain words: names, buckets, keys, moments and tokens.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use le_core::{Bucket, BucketName, Division, Enqueue, FencingToken, Membership, Moment, NamespacedName};

/// Has the keys of one namespace; of a division, part 1.
#[derive(Debug)]
struct Of(&'static str);

impl Membership for Of {
    fn has(&self, key: &NamespacedName<'_>) -> bool {
        key.namespace() == self.0
    }
}

impl Division for Of {
    fn part(&self, key: &NamespacedName<'_>) -> usize {
        usize::from(key.namespace() == self.0)
    }
}

#[test]
fn a_bucket_name_is_its_text_wherever_a_text_is_wanted() {
    for name in [BucketName::new("b-1"), BucketName::from("b-1"), BucketName::from("b-1".to_owned())] {
        assert_eq!((name.as_str(), name.as_ref(), name.to_string().as_str()), ("b-1", "b-1", "b-1"));
    }
    // A map of names is asked with a text.
    let map = BTreeMap::from([(BucketName::new("a"), 1), (BucketName::new("b"), 2)]);
    assert_eq!((map.get("a"), map.get("b"), map.get("c")), (Some(&1), Some(&2), None));
}

#[test]
fn each_kind_of_bucket_has_the_keys_that_it_should() {
    let (ours, other) = (NamespacedName::new("ns", "x"), NamespacedName::cluster("x"));
    let members = Bucket::new("b", Arc::new(Of("ns")));
    let part = Bucket::part("b", Arc::new(Of("ns")), 1);
    for bucket in [members, part] {
        assert!(bucket.has(&ours) && !bucket.has(&other), "{bucket:?}");
    }
    let rest = Bucket::part("b", Arc::new(Of("ns")), 0);
    assert!(!rest.has(&ours) && rest.has(&other));
    for (bucket, name) in [(Bucket::whole("lock"), "lock"), (Bucket::universal(), "")] {
        assert!(bucket.has(&ours) && bucket.has(&other));
        assert_eq!((bucket.name().as_str(), bucket.to_string().as_str()), (name, name));
    }
}

#[test]
fn buckets_are_the_same_when_their_names_are() {
    let (a, b) = (Bucket::whole("a"), Bucket::whole("b"));
    let another = Bucket::new("a", Arc::new(Of("ns")));
    assert_eq!(a, another);
    assert_ne!(a, b);
    assert!(a < b);
    assert_eq!(a.partial_cmp(&another), Some(Ordering::Equal));
    let ordered: BTreeSet<_> = [b.clone(), a.clone(), another.clone()].into();
    assert_eq!(ordered.into_iter().collect::<Vec<_>>(), [a.clone(), b.clone()]);
    // Names that differ are spread over the table, or a set of all the buckets would be searched one by one.
    let hashed: HashSet<_> = [a.clone(), another, b.clone()].into();
    assert_eq!(hashed.len(), 2);
    let hashes: HashSet<_> = [a, b].iter().map(hash).collect();
    assert_eq!(hashes.len(), 2);
}

fn hash(bucket: &Bucket) -> u64 {
    use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};
    BuildHasherDefault::<DefaultHasher>::default().hash_one(bucket)
}

#[test]
fn a_key_is_written_as_it_is_hashed_and_comes_apart_again() {
    for (key, namespace, name, text) in [
        (NamespacedName::new("ns", "name"), "ns", "name", "ns/name"),
        (NamespacedName::cluster("node"), "", "node", "/node"),
    ] {
        assert_eq!((key.namespace(), key.name(), key.to_string().as_str()), (namespace, name, text));
        let owned: NamespacedName<'static> = key.clone().into_owned();
        assert_eq!(owned, key);
        let (first, second) = owned.into_parts();
        assert_eq!((first.as_ref(), second.as_ref()), (namespace, name));
    }
}

#[test]
fn a_moment_is_so_long_after_the_origin() {
    let moment = Moment::from_nanos(1_500_000_000);
    assert_eq!((moment.as_nanos(), moment.to_string().as_str()), (1_500_000_000, "1.5s"));
    assert_eq!(moment.since(Moment::ORIGIN), Duration::from_millis(1500));
    assert_eq!(Moment::ORIGIN + Duration::from_millis(1500), moment);
}

#[test]
fn a_token_is_a_number() {
    assert_eq!((FencingToken::new(42).get(), FencingToken::NONE.get()), (42, 0));
    assert_eq!(format!("{:>4}", FencingToken::new(42)), "  42");
}

#[test]
fn keys_are_put_where_the_function_says_and_clones_of_it_are_known_as_one() {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let enqueue = Enqueue::new({
        let seen = Arc::clone(&seen);
        move |bucket, key| seen.lock().unwrap().push(format!("{bucket} {key}"))
    });
    enqueue.clone().enqueue(&Bucket::whole("b"), NamespacedName::new("ns", "x"));
    assert_eq!(*seen.lock().unwrap(), ["b ns/x"]);
    assert!(enqueue.is(&enqueue.clone()) && !enqueue.is(&Enqueue::nowhere()));
    Enqueue::nowhere().enqueue(&Bucket::whole("b"), NamespacedName::new("ns", "x"));
}
