//! What a crate brings with it, as `cargo tree` lists it.

use std::collections::{BTreeMap, BTreeSet};

use crate::cargo::{self, locked};

/// The packages that one gets with a crate, the crate itself included.
#[derive(Debug, Default)]
pub(super) struct Tree {
    /// Name and version.
    packages: BTreeSet<(String, String)>,
    /// By name: the features that are on.
    features: BTreeMap<String, BTreeSet<String>>,
}

impl Tree {
    /// Asks Cargo what a crate brings with it, with these flags for features.
    pub(super) fn of(package: &str, flags: &[&str]) -> anyhow::Result<Self> {
        let mut command = locked("tree");
        command.args(["--edges", "normal", "--prefix", "none", "--format", "{p}|{f}"]);
        command.args(["--package", package]).args(flags);
        Ok(Self::parse(&cargo::output(command)?))
    }

    pub(super) fn parse(text: &str) -> Self {
        let mut tree = Self::default();
        for line in text.lines() {
            // `name v1.2.3 (where from)|one,two (*)`
            let Some((package, features)) = line.split_once('|') else { continue };
            let mut words = package.split(' ').map(str::to_owned);
            let (Some(name), Some(version)) = (words.next(), words.next()) else { continue };
            let features = features.trim_end_matches("(*)").trim().split(',').map(str::to_owned);
            tree.features.entry(name.clone()).or_default().extend(features.filter(|name| !name.is_empty()));
            tree.packages.insert((name, version));
        }
        tree
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.features.keys().map(String::as_str)
    }

    pub(super) fn len(&self) -> usize {
        self.packages.len()
    }

    /// Returns the features of a package that are on; none where it is not in the tree.
    pub(super) fn features(&self, package: &str) -> impl Iterator<Item = &str> {
        self.features.get(package).into_iter().flatten().map(String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_package_counts_once_per_version() {
        let tree = Tree::parse(
            "le-x v0.1.0 (/somewhere)|\nsyn v2.0.0|full,parsing\nquote v1.0.0 (proc-macro)|\nsyn v2.0.0|full,parsing (*)\nsyn v3.0.0|\n",
        );
        assert_eq!(tree.len(), 4);
        assert_eq!(tree.names().collect::<Vec<_>>(), ["le-x", "quote", "syn"]);
        assert_eq!(tree.features("syn").collect::<Vec<_>>(), ["full", "parsing"]);
        assert_eq!(tree.features("quote").count(), 0);
    }
}
