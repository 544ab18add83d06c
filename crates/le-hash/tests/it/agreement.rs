//! The fast way and the plain one give the same answer, above all where names collide.

use std::collections::BTreeSet;

use le_hash::choose_subset;
use proptest::collection::{btree_set, vec};
use proptest::prelude::*;

use crate::property::{any_names_and_key_agree, assert_same_owners};
use crate::reference::{self, SLOTS, fnv, fnv_from};

/// Finds an ending of three letters that brings a name to a slot.
fn ending_at(prefix: &str, slot: u64) -> String {
    let hash = fnv(prefix.as_bytes());
    let letters = || b'a'..=b'z';
    let mut endings = letters().flat_map(|a| letters().flat_map(move |b| letters().map(move |c| [a, b, c])));
    let ending = endings.find(|ending| fnv_from(hash, ending) % SLOTS == slot).unwrap();
    prefix.chars().chain(ending.map(char::from)).collect()
}

fn numbered(count: usize) -> BTreeSet<String> {
    (0..count).map(|i| format!("controller.acme.widgets.{i:02}-of-{count:02}")).collect()
}

fn some_keys(count: usize) -> impl Iterator<Item = (String, String)> {
    (0..count).map(|i| (["default", "", "kube-system"][i % 3].to_owned(), format!("object-{i}")))
}

#[test]
fn owners_agree_for_every_number_of_names_around_the_edges_of_a_group() {
    for count in [1, 2, 3, 9, 10, 11, 15, 16, 17, 20, 21, 31, 32, 33, 63, 64, 65, 127, 128, 129, 1000] {
        assert_same_owners(&numbered(count), some_keys(30));
    }
}

#[test]
fn owners_agree_for_keys_of_any_length_beside_each_other() {
    // Around the length from which on a key is looked up alone, and so many that the last batch is not full.
    let lengths = [
        0, 1, 5, 62, 61, 63, 64, 65, 3, 62, 62, 60, 61, 62, 300, 62, 62, 62, 40, 0, 0, 17, 2, 62, 0, 9, 1, 0,
    ];
    for count in [1, 10, 16, 17, 300] {
        for start in 0..lengths.len() {
            let keys = lengths[start..].iter().map(|length| ("n".to_owned(), "x".repeat(*length)));
            assert_same_owners(&numbered(count), keys);
        }
    }
}

#[test]
fn owners_agree_on_a_full_circle_and_on_one_with_a_single_gap() {
    for count in [2047, 2048] {
        assert_same_owners(&numbered(count), some_keys(3));
    }
}

#[test]
fn owners_agree_when_all_names_want_the_same_slot() {
    for count in [2, 5, 17, 100] {
        let names = (0..count).map(|i| ending_at(&format!("bucket-{i}-"), 1234)).collect();
        assert_same_owners(&names, some_keys(50));
    }
}

#[test]
fn owners_agree_when_every_slot_in_use_is_wanted_by_many() {
    let names = (0..600).map(|i| ending_at(&format!("{i}"), i % 40 * 3)).collect();
    assert_same_owners(&names, some_keys(40));
}

/// Two in three names would be alone on their slots, had none of those before them been rehashed onto it.
#[test]
fn owners_agree_when_rehashed_names_displace_later_ones() {
    let colliding = (0..500).map(|i| ending_at(&format!("a{i:04}"), 7));
    let alone = (0..1000).map(|i| ending_at(&format!("b{i:04}"), 100 + i));
    assert_same_owners(&colliding.chain(alone).collect(), some_keys(10));
}

#[test]
fn large_subsets_agree_where_nearly_all_names_are_chosen() {
    for count in [100, 300, 1500] {
        let names = numbered(count);
        for n in [1, 2, count / 2, count - 1] {
            let expected = reference::choose_subset(names.iter().map(String::as_str), n, "a/target");
            assert!(
                choose_subset(&names, n, "a/target").unwrap().into_iter().eq(&expected),
                "{n} of {count}"
            );
        }
    }
}

/// A name of any kind: plain, empty, of any characters, or the beginning of another.
fn name() -> impl Strategy<Value = String> {
    prop_oneof![4 => "[a-c]{0,6}", 2 => "[a-z0-9.-]{1,40}", 1 => any::<String>()]
}

proptest! {
    #[test]
    fn owners_agree_for_any_names(names in btree_set(name(), 1..80), keys in vec((name(), name()), 1..20)) {
        assert_same_owners(&names, keys);
    }

    #[test]
    fn owners_agree_for_names_that_are_made_to_collide(
        wanted in vec((name(), 0..24_u64), 1..60),
        others in btree_set(name(), 0..20),
        keys in vec((name(), name()), 1..10),
    ) {
        let made = wanted.iter().map(|(prefix, slot)| ending_at(prefix, slot * 85));
        assert_same_owners(&made.chain(others).collect(), keys);
    }

    #[test]
    fn subsets_agree_for_any_names(names in btree_set(name(), 0..60), n in 0..70_usize, target in name()) {
        let expected = reference::choose_subset(names.iter().map(String::as_str), n, &target);
        prop_assert!(choose_subset(&names, n, &target).unwrap().into_iter().eq(&expected));
    }

    #[test]
    fn any_text_of_names_and_a_key_agrees(lines in vec(prop_oneof![name(), "[*][a-z]{1,12}"], 0..30)) {
        any_names_and_key_agree(&lines.join("\n"));
    }
}
