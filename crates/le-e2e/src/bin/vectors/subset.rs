//! Which names are chosen for a target.

use le_hash::choose_subset;
use serde::Deserialize;

use crate::outcome::{Outcome, compare, read, refused};

#[derive(Deserialize)]
struct Line {
    names: Vec<String>,
    n: usize,
    target: String,
    /// The indexes of the names that are chosen.
    subset: Vec<usize>,
}

/// Checks one subset.
pub(crate) fn check(line: &str) -> Result<Vec<Outcome>, String> {
    let Line { names, n, target, subset } = read(line)?;
    let name = |index: &usize| names.get(*index).map(String::as_str);
    let mut expected: Vec<&str> =
        subset.iter().map(name).collect::<Option<_>>().ok_or("the subset has an index that is none")?;
    expected.sort_unstable();
    let given = (n, &target);
    let outcome = match choose_subset(names.iter().map(String::as_str), n, &target) {
        Ok(came) => compare(given, &expected, &came),
        Err(error) => refused(given, expected, error),
    };
    Ok(vec![outcome])
}
