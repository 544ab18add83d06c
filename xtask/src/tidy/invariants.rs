//! Every invariant that the architecture promises names a test that exists, and so does every rule of the page on safety.

use std::collections::BTreeSet;

use super::repo::{File, Repo};
use super::{Problem, markdown};

const PAGE: &str = "docs/architecture.md";
const SAFETY: &str = "docs/safety.md";
/// Where the known bugs have their names, which the page on safety gives as evidence.
const MUTANTS: &str = "crates/le-sim/src/mutants.rs";
const MARK: &str = "**Invariant**";

pub(super) fn check(repo: &Repo) -> Vec<Problem> {
    let Some(page) = repo.file(PAGE) else {
        return vec![Problem::new(PAGE, 0, "is missing")];
    };
    let tests: BTreeSet<&str> = repo.sources().flat_map(tests_of).collect();
    let mut problems = Vec::new();
    for (line, text) in invariants(page) {
        let named = text.split_once("Test: ").or_else(|| text.split_once("Tests: ")).map(|(_, names)| names);
        let names: Vec<_> = markdown::quoted(named.unwrap_or_default()).collect();
        if names.is_empty() {
            let message = "name the test that holds this: \"Test: `a_claim`.\" at the end of the paragraph";
            problems.push(Problem::new(PAGE, line, message));
        }
        for name in names.iter().filter(|name| !tests.contains(**name)) {
            problems.push(Problem::new(PAGE, line, format!("there is no test `{name}`")));
        }
    }
    problems.extend(evidence(repo, &tests));
    problems
}

/// Finds rows of the page on safety that name a test or a mutant which does not exist.
fn evidence<'a>(repo: &'a Repo, tests: &'a BTreeSet<&str>) -> impl Iterator<Item = Problem> + use<'a> {
    let mutants = repo.file(MUTANTS).map_or("", |file| file.text.as_str());
    let rows =
        repo.file(SAFETY).into_iter().flat_map(markdown::prose).filter(|(_, line)| line.starts_with('|'));
    let names = rows.flat_map(|(number, line)| markdown::quoted(line).map(move |name| (number, name)));
    names.filter_map(move |(number, name)| {
        let plain = name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || "_-".contains(c));
        let message = match (plain, name.contains('_'), name.contains('-')) {
            (true, true, _) if !tests.contains(name) => format!("there is no test `{name}`"),
            (true, false, true) if !mutants.contains(&format!("\"{name}\",")) => {
                format!("there is no mutant `{name}`")
            }
            _ => return None,
        };
        Some(Problem::new(SAFETY, number, message))
    })
}

/// Returns the paragraphs that promise something, each with its first line.
fn invariants(page: &File) -> Vec<(usize, String)> {
    let mut found: Vec<(usize, String)> = Vec::new();
    let mut open = false;
    for (number, line) in markdown::prose(page) {
        let line = line.trim();
        let begins = line.trim_start_matches("- ").starts_with(MARK);
        if begins {
            found.push((number, line.to_owned()));
        } else if line.is_empty() || line.starts_with(['-', '#', '*', '|']) {
            open = false;
        } else if let Some((_, text)) = found.last_mut().filter(|_| open) {
            text.push(' ');
            text.push_str(line);
        }
        open |= begins;
    }
    found
}

/// Returns the names of the tests in a source.
fn tests_of(file: &File) -> impl Iterator<Item = &str> {
    let mut marked = false;
    file.lines().filter_map(move |(_, line)| {
        let line = line.trim();
        if line.starts_with("#[") {
            marked |= line.contains("test]") || line.contains("test(");
            return None;
        }
        // Attributes may go over several lines: the mark lasts until the function that it marks.
        let (_, rest) = line.split_once("fn ")?;
        std::mem::take(&mut marked).then(|| rest.split(['(', '<']).next()).flatten()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::repo::sample;

    const SOURCE: &str = "#[test]\nfn it_holds() {}\nfn helper() {}\n#[tokio::test(start_paused = true)]\n\
                          #[cfg(unix)]\nasync fn it_waits() {}\n";

    #[test]
    fn evidence_that_does_not_exist_is_found() {
        let text = "| rule | `it_holds`, `it_does_not` | `a-bug`, `no-bug` |\n\nIn prose `anything_goes`. | `so-does` |\n";
        let repo = sample::repo([
            (PAGE, ""),
            (SAFETY, text),
            (MUTANTS, "const MUTANTS: _ = [(\"a-bug\", \"\")];\n"),
            ("crates/a/tests/it/b.rs", SOURCE),
        ]);
        let found: Vec<_> = check(&repo).iter().map(|problem| problem.message.clone()).collect();
        assert_eq!(found, ["there is no test `it_does_not`", "there is no mutant `no-bug`"]);
    }

    #[test]
    fn a_promise_without_a_test_is_found() {
        let text = "- **Invariant** One. Test: `it_holds`.\n- **Invariant** Two,\n  and more. Tests: `it_waits`,\n  `helper`.\n\
                    - **Invariant** Three, with `it_holds`.\n\n**Invariant** Four.\n\nTest: `it_holds`.\n";
        let repo = sample::repo([(PAGE, text), ("crates/a/tests/it/b.rs", SOURCE)]);
        let found: Vec<_> =
            check(&repo).iter().map(|problem| (problem.line, problem.message.clone())).collect();
        assert_eq!(found.len(), 3, "{found:?}");
        assert_eq!(found[0], (2, "there is no test `helper`".to_owned()));
        assert_eq!((found[1].0, found[2].0), (5, 7));
    }
}
