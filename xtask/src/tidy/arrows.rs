//! Which way dependencies point, and what a crate must never bring with it.

use super::Problem;
use super::repo::Repo;
use super::tree::Tree;

/// What holds for one crate.
struct Rule {
    name: &'static str,
    uses: Uses,
    trees: &'static [Limit],
}

/// Which of our crates a crate may use.
enum Uses {
    Only(&'static [&'static str]),
    /// Programs stand on top of everything.
    Any,
}

/// What holds for the tree of a crate under some choice of features.
struct Limit {
    flags: &'static [&'static str],
    /// Names that must not be in the tree, nor those that begin with one and a hyphen.
    never: &'static [&'static str],
    /// The most packages in the tree, the crate itself included.
    most: Option<usize>,
}

const DEFAULT: &[&str] = &[];
const NONE: &[&str] = &["--no-default-features"];
const ALL: &[&str] = &["--all-features"];
const HEALTH: &[&str] = &["--no-default-features", "--features", "health"];
const METRICS: &[&str] = &["--no-default-features", "--features", "metrics"];
const EVENTS: &[&str] = &["--no-default-features", "--features", "events"];
const LABEL: &[&str] = &["--no-default-features", "--features", "label"];

const KUBE: &[&str] = &["kube", "k8s-openapi"];
const IO: &[&str] = &["kube", "k8s-openapi", "tokio"];
/// A program chooses how its connections are made safe.
const TLS: &[&str] = &["rustls", "native-tls", "openssl", "ring", "aws-lc-rs"];

/// What users install, and not build upon: these choose a version of Kubernetes themselves.
const PROGRAMS: &[&str] = &["chaosduck", "kubectl-le"];

/// The arrows, from the bottom up.
const RULES: &[Rule] = &[
    Rule {
        name: "le-core",
        uses: Uses::Only(&[]),
        trees: &[
            Limit { flags: ALL, never: KUBE, most: None },
            Limit { flags: NONE, never: IO, most: Some(1) },
        ],
    },
    Rule {
        name: "le-hash",
        uses: Uses::Only(&["le-core"]),
        trees: &[Limit { flags: ALL, never: IO, most: Some(10) }],
    },
    Rule {
        name: "le-config",
        uses: Uses::Only(&[]),
        trees: &[
            Limit { flags: DEFAULT, never: &["kube", "k8s-openapi", "tokio", "serde_yaml"], most: Some(12) },
            Limit { flags: ALL, never: &["kube", "tokio"], most: None },
        ],
    },
    Rule {
        name: "le-lease",
        uses: Uses::Only(&["le-core", "le-hash", "le-config"]),
        trees: &[
            Limit { flags: NONE, never: IO, most: Some(16) },
            Limit { flags: ALL, never: TLS, most: None },
        ],
    },
    Rule {
        name: "le-statefulset",
        uses: Uses::Only(&["le-core", "le-hash"]),
        trees: &[Limit { flags: ALL, never: KUBE, most: None }],
    },
    Rule {
        name: "le-runtime",
        uses: Uses::Only(&["le-core"]),
        trees: &[
            Limit { flags: ALL, never: TLS, most: None },
            // The backend is the user's choice, as a value.
            Limit { flags: ALL, never: &["le-lease", "le-statefulset"], most: None },
        ],
    },
    Rule {
        name: "le-observe",
        uses: Uses::Only(&["le-core"]),
        trees: &[
            Limit { flags: HEALTH, never: &["kube", "k8s-openapi", "prometheus-client"], most: None },
            Limit { flags: METRICS, never: KUBE, most: None },
            Limit { flags: EVENTS, never: &["prometheus-client"], most: None },
            Limit { flags: LABEL, never: &["prometheus-client", "kube-runtime"], most: None },
            Limit { flags: ALL, never: TLS, most: None },
        ],
    },
    Rule {
        name: "le-testkit",
        uses: Uses::Only(&["le-core"]),
        trees: &[Limit { flags: ALL, never: TLS, most: None }],
    },
    Rule {
        name: "le-cli",
        uses: Uses::Only(&["le-config"]),
        trees: &[Limit { flags: ALL, never: TLS, most: None }],
    },
    Rule { name: "chaosduck", uses: Uses::Only(&["le-cli", "le-config"]), trees: &[] },
    Rule { name: "kubectl-le", uses: Uses::Only(&["le-cli", "le-config", "le-core", "le-hash"]), trees: &[] },
    Rule { name: "le-demo", uses: Uses::Any, trees: &[] },
    Rule { name: "le-bench", uses: Uses::Any, trees: &[] },
    Rule {
        name: "le-sim",
        uses: Uses::Only(&["le-core", "le-config", "le-lease"]),
        trees: &[Limit { flags: ALL, never: IO, most: None }],
    },
    Rule {
        name: "le-model",
        uses: Uses::Only(&["le-core", "le-config", "le-lease"]),
        trees: &[Limit { flags: DEFAULT, never: IO, most: None }],
    },
    Rule { name: "le-e2e", uses: Uses::Any, trees: &[] },
    Rule { name: "le-soak", uses: Uses::Any, trees: &[] },
    Rule { name: "xtask", uses: Uses::Only(&[]), trees: &[] },
];

pub(super) fn check(repo: &Repo) -> anyhow::Result<Vec<Problem>> {
    let mut problems = Vec::new();
    let ours: Vec<&str> = repo.packages.iter().map(|package| package.name.as_str()).collect();
    for package in &repo.packages {
        let mut found = |message| problems.push(Problem::new(&package.manifest_path, 0, message));
        let Some(rule) = RULES.iter().find(|rule| rule.name == package.name) else {
            found(format!("say in xtask/src/tidy/arrows.rs what `{}` may use", package.name));
            continue;
        };
        let tree = Tree::of(rule.name, ALL)?;
        wrong_ways(rule, &ours, &tree).into_iter().for_each(&mut found);
        if package.is_published() && !PROGRAMS.contains(&&*package.name) {
            for feature in tree.features("k8s-openapi").filter(|feature| is_version(feature)) {
                found(format!(
                    "turns on the feature `{feature}` of k8s-openapi, which is for programs to do"
                ));
            }
        }
        for limit in rule.trees {
            excesses(limit, &Tree::of(rule.name, limit.flags)?).into_iter().for_each(&mut found);
        }
    }
    Ok(problems)
}

/// Finds arrows to crates of ours that the crate may not use.
fn wrong_ways(rule: &Rule, ours: &[&str], tree: &Tree) -> Vec<String> {
    let Uses::Only(uses) = rule.uses else { return Vec::new() };
    tree.names()
        .filter(|name| ours.contains(name) && *name != rule.name && !uses.contains(name))
        .map(|name| format!("uses `{name}`, and may use of ours {uses:?} only"))
        .collect()
}

/// Finds what is too much in a tree.
fn excesses(limit: &Limit, tree: &Tree) -> Vec<String> {
    let features = if limit.flags.is_empty() { "default features".to_owned() } else { limit.flags.join(" ") };
    let mut found: Vec<String> = tree
        .names()
        .filter(|name| limit.never.iter().any(|never| is_or_belongs_to(name, never)))
        .map(|name| format!("brings `{name}` with {features}, which it must never"))
        .collect();
    if let Some(most) = limit.most.filter(|most| tree.len() > *most) {
        found.push(format!("brings {} packages with {features}: {most} at most", tree.len()));
    }
    found
}

/// Tells whether a feature of `k8s-openapi` chooses the version of Kubernetes.
fn is_version(feature: &str) -> bool {
    feature == "latest" || feature == "earliest" || feature.starts_with("v1_")
}

fn is_or_belongs_to(name: &str, family: &str) -> bool {
    name.strip_prefix(family).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TREE: &str = "le-a v0.1.0|\nle-b v0.1.0|\nkube-core v5.0.0|\ntokio v1.0.0|\nkubert v1.0.0|\n";

    #[test]
    fn an_arrow_that_points_the_wrong_way_is_found() {
        let rule = Rule { name: "le-a", uses: Uses::Only(&["le-c"]), trees: &[] };
        let found = wrong_ways(&rule, &["le-a", "le-b", "le-c"], &Tree::parse(TREE));
        assert_eq!(found, ["uses `le-b`, and may use of ours [\"le-c\"] only"]);
    }

    #[test]
    fn what_a_crate_must_never_bring_is_found() {
        let limit = Limit { flags: NONE, never: KUBE, most: Some(4) };
        let expected = [
            "brings `kube-core` with --no-default-features, which it must never",
            "brings 5 packages with --no-default-features: 4 at most",
        ];
        assert_eq!(excesses(&limit, &Tree::parse(TREE)), expected);
    }
}
