//! Reads and writes `metadata` of an object.

use serde_json::{Map, Value};

/// The text of a metadata field; empty where there is none.
pub(crate) fn text<'a>(object: &'a Value, field: &str) -> &'a str {
    object["metadata"][field].as_str().unwrap_or_default()
}

pub(crate) fn name(object: &Value) -> &str {
    text(object, "name")
}

pub(crate) fn set(object: &mut Value, field: &str, value: Value) {
    metadata(object).insert(field.to_owned(), value);
}

pub(crate) fn remove(object: &mut Value, field: &str) {
    metadata(object).remove(field);
}

/// Puts a field to what it is in another object: absent where it is absent there.
pub(crate) fn copy(from: &Value, to: &mut Value, field: &str) {
    match &from["metadata"][field] {
        Value::Null => remove(to, field),
        value => set(to, field, value.clone()),
    }
}

pub(crate) fn finalizers(object: &Value) -> Vec<&str> {
    let list = object["metadata"]["finalizers"].as_array();
    list.into_iter().flatten().filter_map(Value::as_str).collect()
}

pub(crate) fn is_terminating(object: &Value) -> bool {
    !text(object, "deletionTimestamp").is_empty()
}

/// The version that an object carries, as a number; none when it is absent or `0`.
pub(crate) fn version(object: &Value) -> Result<Option<u64>, String> {
    match text(object, "resourceVersion") {
        "" | "0" => Ok(None),
        text => {
            text.parse().map(Some).map_err(|_| format!("strconv.ParseUint: parsing {text:?}: invalid syntax"))
        }
    }
}

fn metadata(object: &mut Value) -> &mut Map<String, Value> {
    if !object["metadata"].is_object() {
        object["metadata"] = Value::Object(Map::new());
    }
    object["metadata"].as_object_mut().expect("metadata was just made an object")
}
