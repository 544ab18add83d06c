//! The least rights that a duck needs.

use chaosduck::Mode;
use serde_json::{Value, json};

const NAME: &str = "chaosduck";

/// Writes them as YAML, for a mode and a namespace.
pub(crate) fn yaml(mode: Mode, namespace: &str) -> anyhow::Result<String> {
    let metadata = json!({ "name": NAME, "namespace": namespace });
    let objects = [
        json!({ "apiVersion": "v1", "kind": "ServiceAccount", "metadata": metadata }),
        json!({
            "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "Role", "metadata": metadata, "rules": rules(mode),
        }),
        json!({
            "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "RoleBinding", "metadata": metadata,
            "roleRef": { "apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": NAME },
            "subjects": [{ "kind": "ServiceAccount", "name": NAME, "namespace": namespace }],
        }),
    ];
    let documents: Result<Vec<String>, _> = objects.iter().map(serde_yaml::to_string).collect();
    Ok(documents?.join("---\n"))
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
