//! Strategic merge: a merge that knows which lists have items with an identity.
//!
//! Understood are `$patch: delete` and `$patch: replace`, `$deleteFromPrimitiveList/...` and `$retainKeys`; `$setElementOrder/...` is
//! accepted and not acted on.

use serde_json::{Map, Value};

use crate::failure::{Failure, Outcome};
use crate::lists::{self, ListKind};

const DIRECTIVE: &str = "$patch";

pub(super) fn merge(target: &mut Value, patch: &Value) -> Outcome<()> {
    let Some(fields) = patch.as_object() else {
        *target = patch.clone();
        return Ok(());
    };
    match fields.get(DIRECTIVE).and_then(Value::as_str) {
        Some("delete") => {
            *target = Value::Object(Map::new());
            return Ok(());
        }
        Some("replace") => {
            let mut fields = fields.clone();
            fields.remove(DIRECTIVE);
            *target = Value::Object(fields);
            return Ok(());
        }
        Some("merge") | None => {}
        Some(other) => return Err(Failure::bad_request(format!("unknown patch type: {other}"))),
    }
    if !target.is_object() {
        *target = Value::Object(Map::new());
    }
    if let Some(kept) = fields.get("$retainKeys").and_then(Value::as_array) {
        let target = target.as_object_mut().expect("it was just made an object");
        target.retain(|key, _| kept.iter().any(|one| one.as_str() == Some(key)));
    }
    for (key, value) in fields {
        if let Some(field) = key.strip_prefix("$deleteFromPrimitiveList/") {
            let gone = value.as_array().cloned().unwrap_or_default();
            if let Some(items) = target[field].as_array_mut() {
                items.retain(|item| !gone.contains(item));
            }
        } else if key.starts_with('$') {
            // Directives that were seen above, or that only say in which order to show items.
        } else if value.is_null() {
            target.as_object_mut().map(|target| target.remove(key));
        } else {
            field(target, key, value)?;
        }
    }
    Ok(())
}

fn field(target: &mut Value, key: &str, value: &Value) -> Outcome<()> {
    let Some(items) = value.as_array() else { return merge(&mut target[key], value) };
    let kind = lists::list_kind(key, false);
    let replace = items.iter().any(|item| item[DIRECTIVE] == "replace");
    if kind == ListKind::Atomic || replace || !target[key].is_array() {
        let kept = items.iter().filter(|item| item.get(DIRECTIVE).is_none()).cloned().collect();
        target[key] = Value::Array(kept);
        return Ok(());
    }
    let list = target[key].as_array_mut().expect("anything else was replaced above");
    for item in items {
        match kind {
            ListKind::Keyed(keys) => keyed(list, item, keys)?,
            _ if !list.contains(item) => list.push(item.clone()),
            _ => {}
        }
    }
    Ok(())
}

fn keyed(list: &mut Vec<Value>, item: &Value, keys: &[&str]) -> Outcome<()> {
    let Some(identity) = lists::identity(item, keys) else {
        let key = keys.first().unwrap_or(&"");
        let why = format!("map: {item} does not contain declared merge key: {key}");
        return Err(Failure::internal(&why));
    };
    if item[DIRECTIVE] == "delete" {
        list.retain(|one| !lists::has(one, &identity));
        return Ok(());
    }
    match lists::find(list, &identity) {
        Some(existing) => merge(existing, item),
        None => {
            list.push(item.clone());
            Ok(())
        }
    }
}
