//! The algorithm to the letter, slow and plain, to hold the fast one against.

use std::collections::{BTreeMap, BTreeSet};

/// The slots on the circle.
pub(crate) const SLOTS: u64 = 2048;

/// 64-bit FNV-1a.
pub(crate) fn fnv(bytes: &[u8]) -> u64 {
    fnv_from(0xcbf2_9ce4_8422_2325, bytes)
}

/// 64-bit FNV-1a of a text whose beginning has this hash.
pub(crate) fn fnv_from(hash: u64, bytes: &[u8]) -> u64 {
    bytes.iter().fold(hash, |hash, &byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

/// Seats names in ascending order, each on the first free slot of its own sequence.
fn seat(names: &BTreeSet<&str>, target: &str) -> BTreeMap<u64, String> {
    let mut circle = BTreeMap::new();
    for name in names {
        let mut text = format!("{name}{target}");
        let mut hash = fnv(text.as_bytes());
        while circle.contains_key(&(hash % SLOTS)) {
            text += &format!("{hash:x}");
            hash = fnv(text.as_bytes());
        }
        circle.insert(hash % SLOTS, (*name).to_owned());
    }
    circle
}

/// Chooses `n` names for a target.
pub(crate) fn choose_subset<'a>(
    names: impl IntoIterator<Item = &'a str>,
    n: usize,
    target: &str,
) -> Vec<String> {
    let names: BTreeSet<&str> = names.into_iter().collect();
    if n >= names.len() {
        return names.into_iter().map(str::to_owned).collect();
    }
    let circle: Vec<(u64, String)> = seat(&names, target).into_iter().collect();
    let mut angle = fnv(format!("{target}start-angle-salt").as_bytes()) % SLOTS;
    let step = fnv(format!("{target}step-angle-salt").as_bytes()) % SLOTS;
    let mut chosen = BTreeSet::new();
    while chosen.len() < n {
        let mut at = circle.iter().position(|(slot, _)| *slot >= angle).unwrap_or(0);
        while chosen.contains(&circle[at].1) {
            at = (at + 1) % circle.len();
        }
        chosen.insert(circle[at].1.clone());
        angle = (angle + step) % SLOTS;
    }
    chosen.into_iter().collect()
}

/// Returns the owner of a key, as the one name that is chosen for it.
pub(crate) fn owner<'a>(names: impl IntoIterator<Item = &'a str>, target: &str) -> String {
    choose_subset(names, 1, target).remove(0)
}
