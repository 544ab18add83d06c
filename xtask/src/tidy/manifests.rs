//! The manifests: one place for versions, nothing that nobody uses, and features that are explained.

use std::collections::BTreeSet;

use super::Problem;
use super::repo::{File, Package, Repo};

const ROOT: &str = "Cargo.toml";

/// Tests depend on it to choose a version of Kubernetes, whether they name it or not.
const CHOOSES_A_VERSION: &str = "k8s-openapi";

pub(super) fn check(repo: &Repo) -> Vec<Problem> {
    let mut problems = unused_in_workspace(repo);
    for package in &repo.packages {
        let Some(manifest) = repo.file(&package.manifest_path) else { continue };
        problems.extend(not_inherited(manifest));
        problems.extend(unused(repo, package, manifest));
        if package.is_published() {
            problems.extend(unexplained_features(repo, manifest));
            problems.extend(missing_metadata(package, manifest));
        }
    }
    problems
}

/// Finds what a member says by itself and should take from the workspace.
fn not_inherited(manifest: &File) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (line, section, name, value) in entries(manifest) {
        let shared = value.contains("workspace = true") || name.ends_with(".workspace");
        if section.ends_with("dependencies") && !shared {
            let message =
                format!("declare `{name}` in [workspace.dependencies], and write `{name}.workspace = true`");
            problems.push(Problem::new(&manifest.path, line, message));
        } else if section.contains("dependencies.") {
            problems.push(Problem::new(&manifest.path, line, format!("write [{section}] as one entry")));
        }
    }
    if !manifest.text.contains("[lints]\nworkspace = true\n") {
        problems.push(Problem::new(
            &manifest.path,
            0,
            "take the workspace's lints: `[lints]`, `workspace = true`",
        ));
    }
    problems
}

/// Finds dependencies that no source of the package names.
fn unused(repo: &Repo, package: &Package, manifest: &File) -> Vec<Problem> {
    let folder = manifest.path.trim_end_matches("Cargo.toml");
    let words: BTreeSet<&str> = repo
        .sources()
        .filter(|file| file.path.starts_with(folder))
        .flat_map(|file| file.text.split(|c: char| !c.is_alphanumeric() && c != '_'))
        .collect();
    let names: BTreeSet<&str> =
        package.dependencies.iter().map(|dependency| dependency.name.as_str()).collect();
    names
        .into_iter()
        .filter(|name| !words.contains(name.replace('-', "_").as_str()) && *name != CHOOSES_A_VERSION)
        .map(|name| {
            Problem::new(&manifest.path, 0, format!("no source names the dependency `{name}`: remove it"))
        })
        .collect()
}

fn unused_in_workspace(repo: &Repo) -> Vec<Problem> {
    let Some(root) = repo.file(ROOT) else { return Vec::new() };
    let used: BTreeSet<&str> = repo
        .packages
        .iter()
        .flat_map(|package| &package.dependencies)
        .map(|used| used.name.as_str())
        .collect();
    entries(root)
        .filter(|(_, section, name, _)| *section == "workspace.dependencies" && !used.contains(name))
        .map(|(line, _, name, _)| {
            Problem::new(ROOT, line, format!("no crate depends on `{name}`: remove it"))
        })
        .collect()
}

/// Finds features that are not explained where they are declared, or not named where users read.
fn unexplained_features(repo: &Repo, manifest: &File) -> Vec<Problem> {
    let lib_rs = manifest.path.replace("Cargo.toml", "src/lib.rs");
    let docs = repo.file(&lib_rs).map(|file| file.text.as_str()).unwrap_or_default();
    let explained: BTreeSet<usize> =
        manifest.lines().filter(|(_, line)| line.starts_with('#')).map(|(number, _)| number + 1).collect();
    let mut problems = Vec::new();
    for (line, _, name, _) in entries(manifest).filter(|(_, section, ..)| *section == "features") {
        if name != "default" && !explained.contains(&line) {
            problems.push(Problem::new(&manifest.path, line, format!("explain the feature `{name}` above")));
        }
        if name != "default" && !docs.contains(&format!("`{name}`")) {
            problems.push(Problem::new(&lib_rs, 0, format!("explain the feature `{name}`")));
        }
    }
    problems
}

fn missing_metadata(package: &Package, manifest: &File) -> Vec<Problem> {
    let sentence =
        package.description.as_deref().is_some_and(|text| !text.is_empty() && !text.ends_with('.'));
    let docs_rs = package.metadata.as_ref().is_some_and(|metadata| metadata.pointer("/docs/rs").is_some());
    [
        (sentence, "a description of one sentence without its full stop"),
        (package.license.is_some(), "a licence"),
        (!package.keywords.is_empty(), "keywords"),
        (!package.categories.is_empty(), "categories"),
        (docs_rs, "[package.metadata.docs.rs]"),
    ]
    .into_iter()
    .filter(|(there, _)| !there)
    .map(|(_, what)| Problem::new(&manifest.path, 0, format!("a published crate needs {what}")))
    .collect()
}

/// Returns the entries of a manifest: line, section, name, and value, which may go over several lines.
fn entries(manifest: &File) -> impl Iterator<Item = (usize, &str, &str, String)> {
    let mut section = "";
    let mut open: Option<(usize, &str, &str, String)> = None;
    manifest.lines().filter_map(move |(number, line)| {
        let line = line.trim();
        if let Some(entry) = &mut open {
            entry.3.push_str(line);
        } else if let Some(name) = line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
            section = name;
        } else if let Some((name, value)) = line.split_once('=').filter(|_| !line.starts_with('#')) {
            open = Some((number, section, name.trim(), value.trim().to_owned()));
        }
        let closed = |value: &str| value.matches(['[', '{']).count() == value.matches([']', '}']).count();
        open.take_if(|(_, _, _, value)| closed(value))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::repo::{Dependency, sample};

    const MANIFEST: &str = "crates/a/Cargo.toml";

    fn repo(manifest: &str, source: &str) -> Repo {
        sample::repo([(MANIFEST, manifest), ("crates/a/src/lib.rs", source)])
    }

    fn problems(repo: &Repo) -> Vec<String> {
        check(repo).iter().map(Problem::to_string).collect()
    }

    #[test]
    fn a_version_in_a_member_is_found() {
        let manifest = "[dependencies]\na.workspace = true\nb = { workspace = true, features = [\n  \"x\",\n] }\n                        c = \"1\"\n[dev-dependencies.d]\nversion = \"1\"\n[lints]\nworkspace = true\n";
        let repo = repo(manifest, "");
        let lines: Vec<_> =
            not_inherited(repo.file(MANIFEST).unwrap()).iter().map(|found| found.line).collect();
        assert_eq!(lines, [6, 8]);
    }

    #[test]
    fn a_member_without_the_lints_is_found() {
        let repo = repo("[package]\nname = \"a\"\n", "");
        assert_eq!(not_inherited(repo.file(MANIFEST).unwrap()).len(), 1);
    }

    #[test]
    fn a_dependency_that_nobody_uses_is_found() {
        let mut repo = repo("[lints]\nworkspace = true\n", "use b_c::D;\n// e-f\n");
        let root = "[workspace.dependencies]\nb-c = \"1\"\nold = { version = \"1\" }\n";
        repo.files.extend(sample::repo([(ROOT, root)]).files);
        let named = |name: &str| Dependency { name: name.to_owned() };
        let package = sample::package("a", "Does a");
        repo.packages = vec![Package {
            dependencies: vec![named("b-c"), named("e-f")],
            publish: Some(vec![]),
            ..package
        }];
        assert_eq!(
            problems(&repo),
            [
                "Cargo.toml:3: no crate depends on `old`: remove it",
                "crates/a/Cargo.toml: no source names the dependency `e-f`: remove it",
            ]
        );
    }

    #[test]
    fn a_feature_that_is_not_explained_is_found() {
        let manifest =
            "[features]\ndefault = [\"x\"]\n# Brings x.\nx = []\ny = []\n[lints]\nworkspace = true\n";
        let repo = repo(manifest, "//! Does a. The feature `x` does more.\n");
        let found = unexplained_features(&repo, repo.file(MANIFEST).unwrap());
        let found: Vec<_> = found.iter().map(Problem::to_string).collect();
        assert_eq!(
            found,
            [
                "crates/a/Cargo.toml:5: explain the feature `y` above",
                "crates/a/src/lib.rs: explain the feature `y`",
            ]
        );
    }

    #[test]
    fn a_published_crate_without_its_metadata_is_found() {
        let repo = repo("", "");
        let found = missing_metadata(&sample::package("a", "Does a."), repo.file(MANIFEST).unwrap());
        assert_eq!(found.len(), 5);
    }
}
