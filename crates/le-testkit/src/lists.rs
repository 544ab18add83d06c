//! Lists whose items have an identity: merged item by item, where all others are replaced as a whole.

use serde_json::{Map, Value};

/// How the items of a list are told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ListKind {
    /// The list is one value.
    Atomic,
    /// Its items are plain values, each there once.
    Set,
    /// Its items are objects, told apart by the first of these fields that they have.
    Keyed(&'static [&'static str]),
}

/// How the list in a field behaves. A custom resource's own lists are atomic, as they are without a schema that says otherwise.
pub(crate) fn list_kind(field: &str, custom: bool) -> ListKind {
    match field {
        "finalizers" => ListKind::Set,
        "ownerReferences" => ListKind::Keyed(&["uid"]),
        _ if custom => ListKind::Atomic,
        "containers"
        | "initContainers"
        | "ephemeralContainers"
        | "volumes"
        | "env"
        | "imagePullSecrets"
        | "secrets" => ListKind::Keyed(&["name"]),
        "conditions" => ListKind::Keyed(&["type"]),
        "volumeMounts" => ListKind::Keyed(&["mountPath"]),
        "hostAliases" => ListKind::Keyed(&["ip"]),
        "ports" => ListKind::Keyed(&["containerPort", "port"]),
        _ => ListKind::Atomic,
    }
}

/// The part of an item that tells it from the others.
pub(crate) fn identity(item: &Value, keys: &[&str]) -> Option<Map<String, Value>> {
    let key = keys.iter().find(|key| item.get(**key).is_some())?;
    Some(Map::from_iter([((*key).to_owned(), item[*key].clone())]))
}

/// Finds the item of a list that has this identity.
pub(crate) fn find<'a>(items: &'a mut [Value], identity: &Map<String, Value>) -> Option<&'a mut Value> {
    items.iter_mut().find(|item| has(item, identity))
}

pub(crate) fn has(item: &Value, identity: &Map<String, Value>) -> bool {
    identity.iter().all(|(key, value)| item.get(key) == Some(value))
}
