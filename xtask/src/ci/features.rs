//! Every feature by itself: a library must build with any choice of them.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Context;
use serde::Deserialize;

use crate::cargo::{self, locked};
use crate::tidy::repo;

/// Checks each library with no feature, with each alone, and with all.
pub(crate) fn run() -> anyhow::Result<()> {
    let version = kubernetes_version()?;
    for package in repo::packages()?.iter().filter(|package| package.is_published() && package.has_lib()) {
        for features in choices(&package.features) {
            let features: Vec<_> = features.into_iter().collect();
            println!("--- {} with {}", package.name, describe(&features));
            let mut command = locked("clippy");
            command
                .args(["--quiet", "--lib", "--no-default-features", "--package", &package.name])
                .args(["--features", &features.join(",")])
                .args(["--", "-D", "warnings"])
                // The libraries leave the choice to programs: here nobody else makes it.
                .env("K8S_OPENAPI_ENABLED_VERSION", &version);
            cargo::run(command)?;
        }
    }
    Ok(())
}

/// Returns the sets of features to try, each once.
fn choices(features: &BTreeMap<String, Vec<String>>) -> BTreeSet<BTreeSet<&str>> {
    let all: BTreeSet<&str> = features.keys().map(String::as_str).filter(|name| *name != "default").collect();
    let each = all.iter().map(|feature| BTreeSet::from([*feature]));
    each.chain([BTreeSet::new(), all.clone()]).collect()
}

fn describe(features: &[&str]) -> String {
    if features.is_empty() { "no feature".to_owned() } else { features.join(" and ") }
}

/// Returns the newest version of Kubernetes that our `k8s-openapi` knows, as its build script wants it: `1.34`.
fn kubernetes_version() -> anyhow::Result<String> {
    #[derive(Deserialize)]
    struct Metadata {
        packages: Vec<Dependency>,
    }
    #[derive(Deserialize)]
    struct Dependency {
        name: String,
        features: BTreeMap<String, Vec<String>>,
    }

    let mut command = locked("metadata");
    command.args(["--format-version", "1"]);
    let metadata: Metadata = cargo::json(command)?;
    metadata
        .packages
        .iter()
        .find(|package| package.name == "k8s-openapi")
        .and_then(|package| package.features.get("latest")?.first())
        .and_then(|feature| feature.strip_prefix('v'))
        .map(|version| version.replace('_', "."))
        .context("k8s-openapi does not say which version is its latest")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_choice_of_features_is_tried_once() {
        let features = ["default", "a", "b"].map(|name| (name.to_owned(), Vec::new())).into();
        let expected = [&[] as &[&str], &["a"], &["b"], &["a", "b"]];
        assert_eq!(choices(&features), expected.map(|set| set.iter().copied().collect()).into());
    }

    #[test]
    fn a_crate_without_features_is_tried_once() {
        assert_eq!(choices(&BTreeMap::new()).len(), 1);
    }
}
