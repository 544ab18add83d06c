//! Rights, as objects to be applied.

use serde_json::{Value, json};

/// Makes a service account and, where there are rules, a Role of them that is bound to it.
#[must_use]
pub fn grant(name: &str, account: &str, namespace: &str, rules: &[Value]) -> Vec<Value> {
    let mut objects = vec![json!({
        "apiVersion": "v1", "kind": "ServiceAccount", "metadata": { "name": account, "namespace": namespace },
    })];
    if !rules.is_empty() {
        let metadata = json!({ "name": name, "namespace": namespace });
        objects.push(json!({
            "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "Role", "metadata": metadata, "rules": rules,
        }));
        objects.push(json!({
            "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "RoleBinding", "metadata": metadata,
            "roleRef": { "apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": name },
            "subjects": [{ "kind": "ServiceAccount", "name": account, "namespace": namespace }],
        }));
    }
    objects
}

/// Writes objects as documents of one YAML text.
///
/// # Errors
///
/// When one cannot be written so.
pub fn documents(objects: &[Value]) -> anyhow::Result<String> {
    let documents: Result<Vec<String>, _> = objects.iter().map(serde_yaml::to_string).collect();
    Ok(documents?.join("---\n"))
}
