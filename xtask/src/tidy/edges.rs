//! What stays at the edge of a crate, and clippy's own files, which must not lose what the root's says.

use super::Problem;
use super::repo::Repo;

/// A word that the sources of a folder hold in one part of it only.
struct Edge {
    word: &'static str,
    folder: &'static str,
    only: &'static str,
}

const EDGES: [Edge; 2] = [
    Edge { word: "k8s_openapi", folder: "crates/le-lease/src/", only: "crates/le-lease/src/driver/" },
    Edge { word: "::now(", folder: "crates/le-lease/src/", only: "crates/le-lease/src/driver/clock.rs" },
];

const CLIPPY: &str = ".clippy.toml";

pub(super) fn check(repo: &Repo) -> Vec<Problem> {
    let mut problems: Vec<Problem> = EDGES.iter().flat_map(|edge| beyond(repo, edge)).collect();
    problems.extend(forgotten(repo));
    problems
}

fn beyond(repo: &Repo, edge: &Edge) -> Vec<Problem> {
    let inside =
        repo.sources().filter(|file| file.path.starts_with(edge.folder) && !file.path.starts_with(edge.only));
    inside
        .flat_map(|file| file.lines().map(move |(number, line)| (file, number, line.trim_start())))
        .filter(|(_, _, line)| line.contains(edge.word) && !line.starts_with("//"))
        .map(|(file, number, _)| {
            Problem::new(&file.path, number, format!("`{}` belongs into {} only", edge.word, edge.only))
        })
        .collect()
}

/// Finds what the root tells clippy and a crate does not: a crate's own file replaces the root's.
fn forgotten(repo: &Repo) -> Vec<Problem> {
    let Some(root) = repo.file(CLIPPY) else { return vec![Problem::new(CLIPPY, 0, "is missing")] };
    let mut problems = Vec::new();
    for file in repo.files.values().filter(|file| file.path.ends_with("/.clippy.toml")) {
        for (_, setting) in root.lines().filter(|(_, line)| !line.starts_with('#')) {
            if !file.lines().any(|(_, line)| line == setting) {
                problems.push(Problem::new(&file.path, 0, format!("repeat from the root: {setting}")));
            }
        }
    }
    problems
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::repo::sample;

    #[test]
    fn a_word_beyond_its_edge_is_found() {
        let repo = sample::repo([
            (CLIPPY, ""),
            ("crates/le-lease/src/driver/wire.rs", "//! Edge.\nuse k8s_openapi::Lease;\n"),
            ("crates/le-lease/src/machine/term.rs", "//! No k8s_openapi.\nlet now = Instant::now();\n"),
        ]);
        let problems = check(&repo);
        assert_eq!(problems.len(), 1, "{problems:?}");
        assert_eq!((problems[0].path.as_str(), problems[0].line), ("crates/le-lease/src/machine/term.rs", 2));
    }

    #[test]
    fn a_setting_that_a_crate_forgets_is_found() {
        let repo =
            sample::repo([(CLIPPY, "a = true\nb = true\n"), ("crates/x/.clippy.toml", "b = true\nc = []\n")]);
        assert_eq!(check(&repo)[0].message, "repeat from the root: a = true");
        assert_eq!(check(&repo).len(), 1);
    }
}
