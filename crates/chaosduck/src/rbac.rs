//! The least rights that a duck needs.

use chaosduck::Mode;
use serde_json::{Value, json};

const NAME: &str = "chaosduck";

/// Writes them as YAML, for a mode and a namespace.
pub(crate) fn yaml(mode: Mode, namespace: &str) -> anyhow::Result<String> {
    le_cli::documents(&le_cli::grant(NAME, NAME, namespace, &rules(mode)))
}

fn rules(mode: Mode) -> Vec<Value> {
    let rule = |group: &str, resource: &str, verbs: &[&str]| json!({ "apiGroups": [group], "resources": [resource], "verbs": verbs });
    let leases = |more: &[&str]| rule("coordination.k8s.io", "leases", &[&["list", "watch"], more].concat());
    let owners = rule("apps", "replicasets", &["get"]);
    let mut rules = match mode {
        Mode::Evict => {
            vec![leases(&[]), rule("", "pods", &["get"]), rule("", "pods/eviction", &["create"])]
        }
        Mode::Lease => vec![leases(&["get", "update", "delete"]), rule("", "pods", &["get"])],
        Mode::Steal => vec![leases(&["get", "update"]), rule("", "pods", &["get"])],
        _ => vec![leases(&[]), rule("", "pods", &["get", "delete"])],
    };
    rules.push(owners);
    rules
}
