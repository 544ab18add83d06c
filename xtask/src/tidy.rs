//! What the compiler and clippy do not check. Each check is a function from the repository to its problems.

mod arrows;
mod config_keys;
mod edges;
mod invariants;
mod lib_rs;
mod links;
mod manifests;
mod markdown;
mod readme;
pub(crate) mod repo;
mod shape;
mod tree;
mod words;

use std::fmt;

use anyhow::bail;

use crate::cargo;
use repo::Repo;

/// Something that is not as it should be.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Problem {
    path: String,
    /// Counted from one; zero where the problem is the file's as a whole.
    line: usize,
    message: String,
}

impl Problem {
    fn new(path: impl Into<String>, line: usize, message: impl Into<String>) -> Self {
        Self { path: path.into(), line, message: message.into() }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => write!(f, "{}: {}", self.path, self.message),
            line => write!(f, "{}:{line}: {}", self.path, self.message),
        }
    }
}

type Check = fn(&Repo) -> Vec<Problem>;

const CHECKS: [Check; 9] = [
    shape::check,
    lib_rs::check,
    words::check,
    edges::check,
    manifests::check,
    readme::check,
    links::check,
    invariants::check,
    config_keys::check,
];

/// Checks the repository, and lists every problem.
pub(crate) fn run() -> anyhow::Result<()> {
    let problems = problems()?;
    for problem in &problems {
        println!("{problem}");
    }
    match problems.len() {
        0 => Ok(()),
        1 => bail!("1 problem"),
        n => bail!("{n} problems"),
    }
}

fn problems() -> anyhow::Result<Vec<Problem>> {
    let repo = Repo::read(cargo::root())?;
    let mut problems: Vec<Problem> = CHECKS.iter().flat_map(|check| check(&repo)).collect();
    problems.extend(arrows::check(&repo)?);
    problems.sort();
    Ok(problems)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_repository_is_tidy() {
        let problems: Vec<_> = problems().unwrap().iter().map(Problem::to_string).collect();
        assert!(problems.is_empty(), "\n{}", problems.join("\n"));
    }

    #[test]
    fn a_problem_says_where_it_is() {
        assert_eq!(Problem::new("a/b.rs", 7, "is odd").to_string(), "a/b.rs:7: is odd");
        assert_eq!(Problem::new("a/b.rs", 0, "is odd").to_string(), "a/b.rs: is odd");
    }
}
