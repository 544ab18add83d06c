//! The shape of files: how long they are, how they begin, and what may lie in the root.

use super::Problem;
use super::repo::Repo;

/// Past this a source wants to be two.
const SOURCE_LINES: usize = 350;
/// Tests tell one case after the other, and may be longer.
const TEST_LINES: usize = 400;
/// The architecture is read in one sitting.
const ARCHITECTURE_LINES: usize = 200;

/// What may lie in the root without being hidden.
const ROOT: [&str; 10] = [
    "Cargo.lock",
    "Cargo.toml",
    "LICENSE",
    "README.md",
    "crates",
    "deny.toml",
    "docs",
    "fuzz",
    "target",
    "xtask",
];

pub(super) fn check(repo: &Repo) -> Vec<Problem> {
    let lengths = repo.files.values().filter_map(|file| {
        let most = match file.path.as_str() {
            "docs/architecture.md" => ARCHITECTURE_LINES,
            path if path.ends_with(".rs") && file.is_test() => TEST_LINES,
            path if path.ends_with(".rs") => SOURCE_LINES,
            _ => return None,
        };
        let lines = file.text.lines().count();
        (lines > most).then(|| Problem::new(&file.path, 0, format!("has {lines} lines: {most} at most")))
    });
    let beginnings = repo
        .sources()
        .filter(|file| !file.text.starts_with("//!"))
        .map(|file| Problem::new(&file.path, 1, "begin with a `//!` line that says what the file is for"));
    let strangers =
        repo.top.iter().filter(|name| !name.starts_with('.') && !ROOT.contains(&name.as_str())).map(|name| {
            Problem::new(
                name,
                0,
                "does not belong in the root: put it into a folder, or make it a hidden file",
            )
        });
    lengths.chain(beginnings).chain(strangers).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::repo::sample;

    #[test]
    fn a_long_file_is_found() {
        let long = "//! It goes on.\n".repeat(SOURCE_LINES + 1);
        let repo = sample::repo([("crates/a/src/long.rs", &long), ("crates/a/tests/it/long.rs", &long)]);
        let message = "has 351 lines: 350 at most";
        assert_eq!(check(&repo), [Problem::new("crates/a/src/long.rs", 0, message)]);
    }

    #[test]
    fn a_source_that_does_not_say_what_it_is_for_is_found() {
        let repo = sample::repo([("a.rs", "use std::fmt;\n"), ("b.rs", "//! All is well.\n")]);
        assert_eq!(check(&repo)[0].path, "a.rs");
        assert_eq!(check(&repo).len(), 1);
    }

    #[test]
    fn a_stranger_in_the_root_is_found() {
        let mut repo = sample::repo([]);
        repo.top = ["Cargo.toml", ".github", "notes.txt"].map(str::to_owned).to_vec();
        assert_eq!(check(&repo)[0].path, "notes.txt");
        assert_eq!(check(&repo).len(), 1);
    }
}
