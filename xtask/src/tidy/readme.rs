//! The table of crates in the README is the workspace.

use std::collections::BTreeMap;

use super::repo::{Package, Repo};
use super::{Problem, markdown};

const README: &str = "README.md";

pub(super) fn check(repo: &Repo) -> Vec<Problem> {
    let Some(readme) = repo.file(README) else {
        return vec![Problem::new(README, 0, "is missing")];
    };
    let mut missing: BTreeMap<&str, &Package> =
        repo.packages.iter().map(|package| (package.name.as_str(), package)).collect();
    let mut problems = Vec::new();
    for (line, cells) in markdown::table(readme, "crate") {
        let name = markdown::quoted(cells[0]).next().unwrap_or(cells[0]);
        let Some(package) = missing.remove(name) else {
            problems.push(Problem::new(
                README,
                line,
                format!("`{name}` is no crate of the workspace, or is here twice"),
            ));
            continue;
        };
        let description = package.description.as_deref().unwrap_or_default();
        if cells.get(1) != Some(&description) {
            let message = format!("repeat the description of `{name}` word for word: {description}");
            problems.push(Problem::new(README, line, message));
        }
    }
    let absent =
        missing.keys().map(|name| Problem::new(README, 0, format!("`{name}` is not in the table of crates")));
    problems.extend(absent);
    problems
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::repo::sample;

    #[test]
    fn a_table_that_is_not_the_workspace_is_found() {
        let text = "| crate | what |\n|---|---|\n| `a` | Does a |\n| [`b`](crates/b) | Does much |\n| `old` | Did |\n";
        let mut repo = sample::repo([(README, text)]);
        repo.packages = ["a", "b", "c"].map(|name| sample::package(name, &format!("Does {name}"))).to_vec();
        let problems: Vec<_> = check(&repo).iter().map(Problem::to_string).collect();
        assert_eq!(
            problems,
            [
                "README.md:4: repeat the description of `b` word for word: Does b",
                "README.md:5: `old` is no crate of the workspace, or is here twice",
                "README.md: `c` is not in the table of crates",
            ]
        );
    }
}
