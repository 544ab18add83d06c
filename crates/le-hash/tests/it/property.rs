//! The fast way and the plain one, held against each other.

use std::collections::BTreeSet;

use le_core::NamespacedName;
use le_hash::{BucketSet, choose_subset};

use super::reference;

/// Asks for the owners of keys, and the buckets that have them, in both ways.
pub(crate) fn assert_same_owners(names: &BTreeSet<String>, keys: impl IntoIterator<Item = (String, String)>) {
    let set = BucketSet::new(names).expect("there are names, and not too many");
    let buckets = set.buckets();
    let keys: Vec<_> =
        keys.into_iter().map(|(namespace, name)| NamespacedName::new(namespace, name)).collect();
    let one_by_one: Vec<_> = keys.iter().map(|key| set.owner(key)).collect();
    let snapshot = set.snapshot();
    let mut owners = snapshot.owners(&keys);
    let mut at_once = Vec::new();
    // One by one, and from somewhere in between all that are left in one go.
    for _ in 0..keys.len() / 3 {
        at_once.extend(owners.next());
    }
    assert_eq!(owners.size_hint(), (keys.len() - at_once.len(), Some(keys.len() - at_once.len())));
    owners.for_each(|owner| at_once.push(owner));
    assert!(at_once.into_iter().eq(&one_by_one), "several keys at once, among {names:?}");
    assert!(snapshot.owners(&keys).eq(&one_by_one), "several keys at once, among {names:?}");
    for key in keys {
        let expected = reference::owner(names.iter().map(String::as_str), &key.to_string());
        assert_eq!(set.owner(&key).as_str(), expected, "{key} among {names:?}");
        assert_eq!(set.snapshot().owner(&key).as_str(), expected, "{key} among {names:?}");
        // Around the owner, and not all of them: 2048 are too many to ask for each key.
        let at = buckets.partition_point(|bucket| bucket.name().as_str() < &*expected);
        for bucket in &buckets[at.saturating_sub(8)..buckets.len().min(at + 8)] {
            assert_eq!(
                bucket.has(&key),
                bucket.name().as_str() == expected,
                "{bucket}, {key} among {names:?}"
            );
        }
    }
}

/// Any names and any key agree: the first line is the key's namespace, the second its name, and the rest are names of buckets.
/// Where a name begins with `*`, it stands for as many names as it has characters.
pub(crate) fn any_names_and_key_agree(text: &str) {
    let mut lines = text.split('\n');
    let (namespace, object) = (lines.next().unwrap_or_default(), lines.next().unwrap_or_default());
    let mut names = BTreeSet::new();
    for line in lines {
        match line.strip_prefix('*') {
            Some(stem) => names.extend((0..=stem.chars().count()).map(|i| format!("{stem}-{i}"))),
            None => _ = names.insert(line.to_owned()),
        }
    }
    if names.is_empty() || names.len() > BucketSet::MAX_NAMES {
        assert!(BucketSet::new(&names).is_err());
        return;
    }
    assert_same_owners(&names, [(namespace.to_owned(), object.to_owned())]);
    for n in [0, 1, 2, names.len() / 2, names.len() - 1, names.len()] {
        let expected = reference::choose_subset(names.iter().map(String::as_str), n, object);
        let chosen = choose_subset(&names, n, object).expect("not too many names");
        assert!(chosen.into_iter().eq(&expected), "{n} for {object:?} among {names:?}: {expected:?}");
    }
}
