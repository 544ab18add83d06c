//! Which manager owns which field.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use crate::lists::{self, ListKind};

/// The way to a field: `f:name` for a field, `k:{..}` for an item by its identity, `v:..` for a value in a set.
type Path = Vec<String>;

/// Who writes, and how: a manager owns what it applied apart from what it updated.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Manager {
    pub(super) name: String,
    pub(super) applies: bool,
}

impl Manager {
    pub(super) fn apply(name: &str) -> Self {
        Self { name: name.to_owned(), applies: true }
    }

    fn update(name: &str) -> Self {
        Self { name: name.to_owned(), applies: false }
    }
}

/// A field that somebody else owns, with another value.
#[derive(Debug)]
pub(super) struct Conflict {
    pub(super) manager: Manager,
    pub(super) field: String,
}

/// The owners of an object's fields.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Owners(BTreeMap<Manager, BTreeSet<Path>>);

impl Owners {
    /// The owners of an object that an apply creates.
    pub(super) fn applied(manager: &Manager, config: &Value, custom: bool) -> Self {
        Self(BTreeMap::from([(manager.clone(), leaves(config, custom).into_keys().collect())]))
    }

    /// The owners after an update: whoever changes a field owns it, alone.
    pub(crate) fn updated(before: &Self, old: &Value, new: &Value, manager: &str) -> Self {
        // Whether a list is one value decides only who owns its items, not what they become: the finer view does for all kinds.
        let (old, new) = (leaves(old, false), leaves(new, false));
        let changed: BTreeSet<Path> = new
            .iter()
            .filter(|(path, value)| old.get(*path) != Some(value))
            .map(|(path, _)| path.clone())
            .collect();
        let gone: BTreeSet<&Path> = old.keys().filter(|path| !new.contains_key(*path)).collect();
        let mut owners = before.clone();
        if changed.is_empty() && gone.is_empty() {
            return owners;
        }
        for set in owners.0.values_mut() {
            set.retain(|path| !changed.contains(path) && !gone.contains(path));
        }
        owners.0.entry(Manager::update(manager)).or_default().extend(changed);
        owners.0.retain(|_, set| !set.is_empty());
        owners
    }

    /// Applies what a manager wants to the live object.
    pub(super) fn apply(
        &self,
        manager: &Manager,
        live: &Value,
        config: &Value,
        force: bool,
        custom: bool,
    ) -> Result<(Value, Self), Vec<Conflict>> {
        let (wanted, there) = (leaves(config, custom), leaves(live, custom));
        let mut owners = self.clone();
        let mut conflicts = Vec::new();
        for (other, set) in owners.0.iter_mut().filter(|(other, _)| *other != manager) {
            let differs = |path: &Path| wanted.contains_key(path) && wanted.get(path) != there.get(path);
            let contested: Vec<Path> = set.iter().filter(|path| differs(path)).cloned().collect();
            for path in contested {
                conflicts.push(Conflict { manager: other.clone(), field: shown(&path) });
                set.remove(&path);
            }
        }
        if !force && !conflicts.is_empty() {
            return Err(conflicts);
        }
        let before = owners.0.insert(manager.clone(), wanted.keys().cloned().collect());
        let mut object = live.clone();
        merge(&mut object, config, "", custom);
        // What the manager wanted before and does not want now goes, unless somebody else wants it too.
        let dropped = before.into_iter().flatten().filter(|path| !wanted.contains_key(path));
        for path in dropped.collect::<Vec<_>>().into_iter().rev() {
            let kept = owners.0.values().any(|set| set.iter().any(|other| other.starts_with(&path)));
            if !kept {
                remove(&mut object, &path);
            }
        }
        owners.0.retain(|_, set| !set.is_empty());
        Ok((object, owners))
    }
}

/// The fields of an object that can be owned, with their values.
fn leaves(object: &Value, custom: bool) -> BTreeMap<Path, &Value> {
    const SERVERS: [&str; 11] = [
        "name",
        "namespace",
        "generateName",
        "uid",
        "resourceVersion",
        "generation",
        "creationTimestamp",
        "deletionTimestamp",
        "deletionGracePeriodSeconds",
        "selfLink",
        "managedFields",
    ];
    let mut found = BTreeMap::new();
    for (field, value) in object.as_object().into_iter().flatten() {
        match field.as_str() {
            "apiVersion" | "kind" => {}
            "metadata" => {
                for (field, value) in value.as_object().into_iter().flatten() {
                    if !SERVERS.contains(&field.as_str()) {
                        let path = vec!["f:metadata".to_owned(), format!("f:{field}")];
                        collect(value, field, path, custom, &mut found);
                    }
                }
            }
            _ => collect(value, field, vec![format!("f:{field}")], custom, &mut found),
        }
    }
    found
}

fn collect<'a>(
    value: &'a Value,
    field: &str,
    path: Path,
    custom: bool,
    found: &mut BTreeMap<Path, &'a Value>,
) {
    let step = |step: String| path.iter().cloned().chain([step]).collect::<Path>();
    match value {
        Value::Object(fields) if !fields.is_empty() => {
            for (name, value) in fields {
                collect(value, name, step(format!("f:{name}")), custom, found);
            }
        }
        Value::Array(items) => match lists::list_kind(field, custom) {
            ListKind::Atomic => {
                found.insert(path, value);
            }
            ListKind::Set => {
                for item in items {
                    found.insert(step(format!("v:{item}")), item);
                }
            }
            ListKind::Keyed(keys) => {
                for item in items {
                    let identity = lists::identity(item, keys).unwrap_or_default();
                    collect(item, "", step(format!("k:{}", Value::Object(identity))), custom, found);
                }
            }
        },
        // An empty struct is nobody's.
        Value::Object(_) => {}
        _ => {
            found.insert(path, value);
        }
    }
}

/// Lays what is wanted over what is there.
fn merge(target: &mut Value, wanted: &Value, field: &str, custom: bool) {
    match wanted {
        Value::Object(fields) => {
            if !target.is_object() {
                *target = Value::Object(Map::new());
            }
            for (name, value) in fields {
                merge(&mut target[name], value, name, custom);
            }
        }
        Value::Array(items) if target.is_array() => {
            let list = target.as_array_mut().expect("the guard saw an array");
            match lists::list_kind(field, custom) {
                ListKind::Atomic => list.clone_from(items),
                ListKind::Set => list.extend(absent(items, list)),
                ListKind::Keyed(keys) => {
                    for item in items {
                        let identity = lists::identity(item, keys).unwrap_or_default();
                        match lists::find(list, &identity) {
                            Some(existing) => merge(existing, item, "", custom),
                            None => list.push(item.clone()),
                        }
                    }
                }
            }
        }
        _ => *target = wanted.clone(),
    }
}

fn absent(items: &[Value], list: &[Value]) -> Vec<Value> {
    items.iter().filter(|item| !list.contains(item)).cloned().collect()
}

/// Takes a field out, and what it leaves empty.
fn remove(object: &mut Value, path: &[String]) {
    let Some((step, rest)) = path.split_first() else { return };
    let (how, what) = step.split_at(2);
    match (how, object) {
        ("f:", Value::Object(fields)) => {
            if let Some(inner) = fields.get_mut(what) {
                remove(inner, rest);
                let empty = matches!(inner, Value::Object(map) if map.is_empty())
                    || matches!(inner, Value::Array(list) if list.is_empty());
                if rest.is_empty() || empty {
                    fields.remove(what);
                }
            }
        }
        ("v:", Value::Array(items)) => {
            let value: Value = serde_json::from_str(what).unwrap_or_default();
            items.retain(|item| *item != value);
        }
        ("k:", Value::Array(items)) => {
            let identity: Map<String, Value> = serde_json::from_str(what).unwrap_or_default();
            let Some(at) = items.iter().position(|item| lists::has(item, &identity)) else { return };
            remove(&mut items[at], rest);
            let bare =
                items[at].as_object().is_some_and(|item| item.keys().all(|key| identity.contains_key(key)));
            if bare || rest.is_empty() {
                items.remove(at);
            }
        }
        _ => {}
    }
}

/// A path as the real server shows it: `.spec.containers[name="a"].image`.
fn shown(path: &[String]) -> String {
    path.iter()
        .map(|step| match step.split_at(2) {
            ("f:", field) => format!(".{field}"),
            ("k:", identity) => {
                let identity: Map<String, Value> = serde_json::from_str(identity).unwrap_or_default();
                let keys: Vec<String> =
                    identity.iter().map(|(key, value)| format!("{key}={value}")).collect();
                format!("[{}]", keys.join(","))
            }
            (_, value) => format!("[={value}]"),
        })
        .collect()
}
