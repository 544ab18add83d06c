//! What an operator adds, as the docs show it. `UPDATE_DOCS=1` writes it anew.

use std::env;
use std::fs;

use similar::{ChangeTag, TextDiff};

use crate::docs;

const BEFORE: &str = include_str!("../../examples/operator_before.rs");
const AFTER: &str = include_str!("../../examples/operator_after.rs");

/// All but the line that says what the file is.
fn program(file: &str) -> &str {
    file.split_once('\n').unwrap().1
}

#[test]
fn all_of_it_takes_five_added_lines_at_most_and_the_docs_show_them() {
    let (before, after) = (program(BEFORE), program(AFTER));
    let diff = TextDiff::from_lines(before, after);
    let count = |tag| diff.iter_all_changes().filter(|change| change.tag() == tag).count();
    let added = count(ChangeTag::Insert);
    assert!((1..=5).contains(&added), "{added} lines are added");
    for all in ["Observe::new(", ".observed_by(", ".serve("] {
        assert!(after.contains(all) && !before.contains(all), "{all}");
    }
    let shown =
        diff.unified_diff().context_radius(1).header("operator_before.rs", "operator_after.rs").to_string();

    let (head, rest) = docs::PAGE.split_once("```diff\n").expect("the page has a diff");
    let (_, tail) = rest.split_once("```\n").expect("it ends");
    let written = format!("{head}```diff\n{shown}```\n{tail}");
    if env::var_os("UPDATE_DOCS").is_some() {
        fs::write(format!("{}.md", docs::FOLDER), written).unwrap();
    } else {
        assert_eq!(docs::PAGE, written, "UPDATE_DOCS=1 writes it anew");
    }
}
