//! Which bucket a key belongs to.

use le_core::{Bucket, NamespacedName};
use le_hash::BucketSet;
use serde::Deserialize;

use crate::outcome::{Outcome, compare, read, refused};

#[derive(Deserialize)]
struct Line {
    names: Vec<String>,
    keys: Vec<(String, String)>,
    /// For each key the index of its bucket's name.
    owners: Vec<usize>,
}

/// Checks one set of buckets: every key is a case.
pub(crate) fn check(line: &str) -> Result<Vec<Outcome>, String> {
    let Line { names, keys, owners } = read(line)?;
    if keys.len() != owners.len() {
        return Err(format!("{} keys have {} owners", keys.len(), owners.len()));
    }
    let expected = keys.iter().zip(owners.iter().map(|owner| names.get(*owner)));
    let set = match BucketSet::new(&names) {
        Ok(set) => set,
        Err(error) => return Ok(expected.map(|(key, owner)| refused(key, owner, &error)).collect()),
    };
    let buckets = set.buckets();
    Ok(expected.map(|(key, owner)| check_key(&set, &buckets, key, owner)).collect())
}

/// Asks for the owner of a key in both ways that there are.
fn check_key(set: &BucketSet, buckets: &[Bucket], key: &(String, String), owner: Option<&String>) -> Outcome {
    let name = NamespacedName::new(&key.0, &key.1);
    let owner = owner.ok_or_else(|| format!("{key:?}: the owner is no index into the names"))?;
    compare(key, owner.as_str(), set.owner(&name).as_str())?;
    let having: Vec<_> =
        buckets.iter().filter(|bucket| bucket.has(&name)).map(|bucket| bucket.name().as_str()).collect();
    compare(key, &[owner.as_str()][..], &having[..])
}
