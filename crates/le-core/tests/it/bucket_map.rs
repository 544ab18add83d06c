//! The map from buckets to values.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use le_core::{Bucket, BucketMap, Division, Membership, NamespacedName};

/// Divides keys by the number that their names are, and counts how often it is asked.
#[derive(Debug, Default)]
struct Numbers(AtomicUsize);

impl Division for Numbers {
    fn part(&self, key: &NamespacedName<'_>) -> usize {
        self.0.fetch_add(1, Ordering::Relaxed);
        key.name().parse().unwrap()
    }
}

impl Membership for Numbers {
    fn has(&self, key: &NamespacedName<'_>) -> bool {
        self.part(key) == 0
    }
}

/// Divides keys by the number that their names are, counted from another beginning.
#[derive(Debug)]
struct From(usize);

impl Division for From {
    fn part(&self, key: &NamespacedName<'_>) -> usize {
        self.0 + key.name().parse::<usize>().unwrap()
    }
}

fn parts(division: &Arc<Numbers>, numbers: &[usize]) -> Vec<Bucket> {
    let part = |number: &usize| Bucket::part(format!("part-{number}"), Arc::clone(division) as _, *number);
    numbers.iter().map(part).collect()
}

fn key(name: &str) -> NamespacedName<'_> {
    NamespacedName::new("ns", name)
}

#[test]
fn a_bucket_that_is_a_part_has_the_keys_of_that_part() {
    let buckets = parts(&Arc::default(), &[0, usize::MAX]);
    assert!(buckets[0].has(&key("0")) && !buckets[0].has(&key("1")));
    assert!(buckets[1].has(&key(&usize::MAX.to_string())));
}

#[test]
fn a_key_is_looked_up_with_one_question_whatever_the_number_of_buckets() {
    let (division, map) = (Arc::new(Numbers::default()), BucketMap::new());
    let numbers: Vec<usize> = (0..100).rev().chain([usize::MAX]).collect();
    for (bucket, number) in parts(&division, &numbers).into_iter().zip(&numbers) {
        map.insert(bucket, *number);
    }
    for (index, number) in numbers.iter().enumerate() {
        assert_eq!(map.find(&key(&number.to_string()), |_| true), Some(*number));
        assert_eq!(division.0.load(Ordering::Relaxed), index + 1);
    }
    assert_eq!(map.find(&key("100"), |_| true), None);
    assert_eq!(map.find(&key("7"), |_| false), None);
    assert!(map.any(&key("7"), |value| *value == 7) && !map.any(&key("7"), |value| *value == 8));
}

#[test]
fn two_divisions_of_one_shape_are_not_taken_for_one() {
    let map = BucketMap::new();
    let [one, other] = [0, 10].map(|from| Arc::new(From(from)));
    map.insert(Bucket::part("one", one, 1), "one");
    map.insert(Bucket::part("other", Arc::clone(&other) as _, 12), "other");
    assert_eq!(map.find(&key("1"), |_| true), Some("one"));
    assert_eq!(map.find(&key("2"), |_| true), Some("other"));
    map.insert(Bucket::part("too", other, 12), "too");
    assert_eq!(
        map.find(&key("2"), |value| *value == "too"),
        Some("too"),
        "two names for one part are both seen"
    );
}

#[test]
fn every_kind_of_bucket_is_found_replaced_and_taken_out() {
    let map = BucketMap::new();
    let division = Arc::new(Numbers::default());
    let buckets = [
        Bucket::part("part", Arc::clone(&division) as _, 5),
        Bucket::new("members", division),
        Bucket::whole("whole"),
    ];
    for (bucket, name) in buckets.iter().zip(["5", "0", "9"]) {
        assert_eq!(map.remove(bucket), None);
        map.insert(bucket.clone(), 1);
        map.insert(bucket.clone(), 2);
        assert_eq!((map.find(&key(name), |_| true), map.values()), (Some(2), vec![2]));
        assert_eq!(format!("{map:?}"), format!("{{{:?}: 2}}", bucket.name()));
        assert_eq!(map.remove(bucket), Some(2));
        assert_eq!((map.find(&key(name), |_| true), map.values()), (None, vec![]));
    }
}

#[test]
fn a_reader_sees_every_change_of_the_map() {
    let map = BucketMap::new();
    let mut reader = map.reader();
    let [bucket] = parts(&Arc::default(), &[3]).try_into().unwrap();
    assert_eq!(reader.find(&key("3"), |_| true), None);
    map.clone().insert(bucket.clone(), "first");
    assert_eq!(reader.find(&key("3"), |_| true), Some(&"first"));
    assert_eq!(reader.find(&key("4"), |_| true), None);
    map.insert(bucket.clone(), "second");
    assert_eq!(reader.clone().find(&key("3"), |value| *value != "first"), Some(&"second"));
    map.remove(&bucket);
    assert_eq!(reader.find(&key("3"), |_| true), None);
}

#[test]
fn a_map_can_be_made_of_all_its_buckets_at_once() {
    let map: BucketMap<usize> = parts(&Arc::default(), &[3, 4]).into_iter().zip([30, 40]).collect();
    assert_eq!(map.values(), [30, 40]);
    assert_eq!((map.find(&key("4"), |_| true), map.find(&key("5"), |_| true)), (Some(40), None));
}
