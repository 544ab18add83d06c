//! The edges of choosing several names.

use le_hash::{BucketSetError, choose_subset};

#[test]
fn as_many_as_there_are_or_more_gives_all_of_them() {
    for n in [3, 4, usize::MAX] {
        assert_eq!(choose_subset(["c", "a", "b", "a"], n, "target").unwrap(), ["a", "b", "c"]);
    }
}

#[test]
fn none_of_any_and_any_of_none_are_none() {
    assert!(choose_subset(["a", "b"], 0, "target").unwrap().is_empty());
    assert!(choose_subset([""; 0], 0, "target").unwrap().is_empty());
    assert!(choose_subset([""; 0], 3, "target").unwrap().is_empty());
}

#[test]
fn a_choice_among_more_names_than_slots_is_an_error() {
    let names: Vec<String> = (0..2049).map(|i| i.to_string()).collect();
    let error = choose_subset(&names, 2048, "target").unwrap_err();
    assert!(matches!(error, BucketSetError::TooMany { count: 2049, .. }));
    assert_eq!(choose_subset(&names, 2049, "target").unwrap().len(), 2049, "there is nothing to choose");
}

#[test]
fn what_is_given_comes_back_be_it_borrowed_or_owned() {
    let names = vec!["a".to_owned(), "b".to_owned()];
    let borrowed: Vec<&String> = choose_subset(&names, 2, "target").unwrap();
    assert_eq!(borrowed, ["a", "b"]);
    let owned: Vec<String> = choose_subset(names, 2, "target").unwrap();
    assert_eq!(owned, ["a", "b"]);
}
