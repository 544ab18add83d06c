//! Answers of the reference, recorded.

use le_core::NamespacedName;
use le_hash::{BucketSet, choose_subset};
use serde_json::Value;

#[test]
fn every_recorded_key_goes_to_its_recorded_owner() {
    let mut cases = 0;
    for line in lines(include_str!("../data/hash.jsonl")) {
        let names = texts(&line["names"]);
        let set = BucketSet::new(&names).unwrap();
        let keys = line["keys"].as_array().unwrap().iter().map(|key| {
            let [namespace, name] = texts(key).try_into().unwrap();
            NamespacedName::new(namespace, name)
        });
        let keys: Vec<_> = keys.collect();
        let owners = indexes(&line["owners"]);
        assert_eq!(keys.len(), owners.len());
        assert!(
            set.snapshot().owners(&keys).map(|owner| owner.as_str()).eq(owners.iter().map(|at| &names[*at]))
        );
        for (key, owner) in keys.into_iter().zip(owners) {
            assert_eq!(set.owner(&key).as_str(), names[owner], "{key} among {names:?}");
            assert_eq!(
                choose_subset(&names, 1, &key.to_string()).unwrap(),
                [&names[owner]],
                "{key} among {names:?}"
            );
            cases += 1;
        }
    }
    assert!(cases > 500, "only {cases} cases");
}

#[test]
fn every_recorded_subset_is_chosen() {
    let mut cases = 0;
    for line in lines(include_str!("../data/subset.jsonl")) {
        let names = texts(&line["names"]);
        let n = line["n"].as_u64().unwrap() as usize;
        let target = line["target"].as_str().unwrap();
        let mut expected: Vec<&String> = indexes(&line["subset"]).into_iter().map(|i| &names[i]).collect();
        expected.sort();
        assert_eq!(choose_subset(&names, n, target).unwrap(), expected, "{n} of {names:?} for {target:?}");
        cases += 1;
    }
    assert!(cases > 30, "only {cases} cases");
}

fn lines(text: &str) -> impl Iterator<Item = Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap())
}

fn texts(value: &Value) -> Vec<String> {
    value.as_array().unwrap().iter().map(|text| text.as_str().unwrap().to_owned()).collect()
}

fn indexes(value: &Value) -> Vec<usize> {
    value.as_array().unwrap().iter().map(|index| index.as_u64().unwrap() as usize).collect()
}
