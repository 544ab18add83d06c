//! Values that the reference's own tests know.

use le_core::NamespacedName;
use le_hash::{BucketSet, choose_subset};

#[test]
fn keys_go_to_the_buckets_of_the_reference() {
    let set = BucketSet::new(["task1", "task2", "task3"]).unwrap();
    assert_eq!(set.owner(&NamespacedName::new("something", "another-key")).as_str(), "task2");

    let weather = ["monsoon", "chubasco", "aguacero", "chaparrón"];
    let dry = ["monsoon", "aguacero", "chaparrón"];
    let cases: [(&[&str], &str, &str); 5] = [
        (&["task1", "task2", "task3"], "my-key1", "task3"),
        (&["task1", "task2", "task3"], "something/another-key", "task2"),
        (&weather, "hagel", "monsoon"),
        (&weather, "snow", "chubasco"),
        (&dry, "snow", "aguacero"),
    ];
    for (names, target, owner) in cases {
        assert_eq!(choose_subset(names, 1, target).unwrap(), [&owner], "{target}");
    }
}

#[test]
fn subsets_are_those_of_the_reference() {
    let tasks = ["task1", "task2", "task3", "task4", "task5"];
    let sky = ["sun", "moon", "mars", "mercury"];
    assert_eq!(choose_subset(tasks, 2, "my-key1").unwrap(), ["task3", "task4"]);
    assert_eq!(choose_subset(sky, 2, "a target!").unwrap(), ["mercury", "moon"]);
    assert_eq!(choose_subset(sky, 2, "something else entirely").unwrap(), ["mars", "mercury"]);
    assert_eq!(choose_subset(sky, 3, "something else entirely").unwrap(), ["mars", "mercury", "sun"]);
}
