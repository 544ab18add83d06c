//! The repository as the checks see it: its files, and its packages.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::Context;
use serde::Deserialize;
use serde_json::Value;

use crate::cargo::{self, locked};

/// The hidden folders that are ours.
const HIDDEN: [&str; 3] = [".cargo", ".ci", ".github"];

/// What is built or was made up by a machine.
const FOREIGN: [&str; 6] =
    ["Cargo.lock", "target", "fuzz/Cargo.lock", "fuzz/artifacts", "fuzz/corpus", "fuzz/target"];

/// All that is checked.
#[derive(Debug, Default)]
pub(crate) struct Repo {
    /// The files that are text, by path.
    pub(super) files: BTreeMap<String, File>,
    /// The names of what lies in the root.
    pub(super) top: Vec<String>,
    pub(super) packages: Vec<Package>,
}

/// A file of text.
#[derive(Debug)]
pub(super) struct File {
    /// From the root, with slashes.
    pub(super) path: String,
    pub(super) text: String,
}

/// A member of the workspace, as Cargo describes it.
#[derive(Clone, Debug, Default, Deserialize)]
pub(crate) struct Package {
    pub(crate) name: String,
    pub(super) description: Option<String>,
    pub(super) publish: Option<Vec<String>>,
    pub(super) keywords: Vec<String>,
    pub(super) categories: Vec<String>,
    pub(super) license: Option<String>,
    pub(super) metadata: Option<Value>,
    pub(super) dependencies: Vec<Dependency>,
    pub(crate) features: BTreeMap<String, Vec<String>>,
    pub(super) targets: Vec<Target>,
    pub(super) manifest_path: String,
}

/// What a package asks for.
#[derive(Clone, Debug, Default, Deserialize)]
pub(super) struct Dependency {
    pub(super) name: String,
}

/// What a package builds.
#[derive(Clone, Debug, Default, Deserialize)]
pub(super) struct Target {
    kind: Vec<String>,
}

impl Package {
    pub(crate) fn is_published(&self) -> bool {
        self.publish.as_ref().is_none_or(|registries| !registries.is_empty())
    }

    pub(crate) fn has_lib(&self) -> bool {
        self.targets.iter().any(|target| target.kind.iter().any(|kind| kind == "lib"))
    }
}

/// Asks Cargo for the members of the workspace, sorted by name.
pub(crate) fn packages() -> anyhow::Result<Vec<Package>> {
    #[derive(Deserialize)]
    struct Metadata {
        packages: Vec<Package>,
    }

    let mut command = locked("metadata");
    command.args(["--no-deps", "--format-version", "1"]);
    let mut packages = cargo::json::<Metadata>(command)?.packages;
    packages.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(packages)
}

impl Repo {
    /// Reads all that belongs to the repository.
    pub(super) fn read(root: &Path) -> anyhow::Result<Self> {
        let mut repo = Self { packages: packages()?, ..Self::default() };
        for package in &mut repo.packages {
            let path = Path::new(&package.manifest_path);
            let path =
                path.strip_prefix(root).with_context(|| format!("{path:?} is no path below {root:?}"))?;
            package.manifest_path = slashes(path);
        }
        for entry in fs::read_dir(root)? {
            repo.top.push(entry?.file_name().to_string_lossy().into_owned());
        }
        repo.read_folder(root, Path::new(""))?;
        Ok(repo)
    }

    fn read_folder(&mut self, root: &Path, folder: &Path) -> anyhow::Result<()> {
        let absolute = root.join(folder);
        for entry in fs::read_dir(&absolute).with_context(|| format!("cannot list {absolute:?}"))? {
            let entry = entry?;
            let path = folder.join(entry.file_name());
            let name = slashes(&path);
            let is_folder = entry.file_type()?.is_dir();
            // What is built, what was recorded elsewhere, and what Git and editors keep.
            let is_foreign = FOREIGN.contains(&name.as_str()) || name.ends_with("tests/data");
            let is_hidden = is_folder && name.starts_with('.') && !HIDDEN.contains(&name.as_str());
            if is_foreign || is_hidden {
                continue;
            }
            if is_folder {
                self.read_folder(root, &path)?;
            } else if let Ok(text) = fs::read_to_string(entry.path()) {
                self.files.insert(name.clone(), File { path: name, text });
            }
        }
        Ok(())
    }

    pub(super) fn file(&self, path: &str) -> Option<&File> {
        self.files.get(path)
    }

    pub(super) fn with_extension(&self, extension: &str) -> impl Iterator<Item = &File> {
        self.files
            .values()
            .filter(move |file| Path::new(&file.path).extension().is_some_and(|found| found == extension))
    }

    pub(super) fn sources(&self) -> impl Iterator<Item = &File> {
        self.with_extension("rs")
    }
}

impl File {
    /// Returns the lines, counted from one.
    pub(super) fn lines(&self) -> impl Iterator<Item = (usize, &str)> {
        self.text.lines().enumerate().map(|(index, line)| (index + 1, line))
    }

    /// Tells whether all of this source is for tests.
    pub(super) fn is_test(&self) -> bool {
        self.path.contains("/tests/") || self.path.ends_with("/tests.rs")
    }
}

fn slashes(path: &Path) -> String {
    path.components().map(|part| part.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/")
}

#[cfg(test)]
pub(super) mod sample {
    use super::*;

    /// Makes a repository of these files and nothing else.
    pub(crate) fn repo<const N: usize>(files: [(&str, &str); N]) -> Repo {
        let file = |(path, text): (&str, &str)| {
            (path.to_owned(), File { path: path.to_owned(), text: text.to_owned() })
        };
        Repo { files: files.map(file).into(), ..Repo::default() }
    }

    /// Makes a published library.
    pub(crate) fn package(name: &str, description: &str) -> Package {
        Package {
            name: name.to_owned(),
            description: Some(description.to_owned()),
            manifest_path: format!("crates/{name}/Cargo.toml"),
            ..Package::default()
        }
    }
}
