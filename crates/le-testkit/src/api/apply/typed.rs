//! Whether what is applied has the types of its fields, in the words of structured merge.

use serde_json::Value;

use crate::schema::{Schema, Type};

/// Says of the first field that has another type where it is, and what it should be.
pub(super) fn check(config: &Value, schema: &Schema) -> Result<(), String> {
    object(config, schema, "")
}

fn object(value: &Value, schema: &Schema, path: &str) -> Result<(), String> {
    let fields = match value {
        Value::Null => return Ok(()),
        Value::Object(fields) => fields,
        other => return Err(format!("{path}: expected map, got &{{{}}}", shown(other))),
    };
    for (name, of) in schema.fields.iter().map(|(name, _, of)| (name, of)) {
        if let Some(value) = fields.get(*name) {
            field(value, of, &format!("{path}.{name}"))?;
        }
    }
    Ok(())
}

fn field(value: &Value, of: &Type, path: &str) -> Result<(), String> {
    match (of, value) {
        (_, Value::Null) | (Type::Any | Type::Managed, _) => Ok(()),
        (Type::Pointer(of), _) => field(value, of, path),
        (Type::Struct(schema), _) => object(value, schema, path),
        (Type::Map(of), Value::Object(entries)) => {
            entries.iter().try_for_each(|(key, value)| field(value, of, &format!("{path}.{key}")))
        }
        (Type::Map(_), other) => Err(format!("{path}: expected map, got &{{{}}}", shown(other))),
        (Type::List(of), Value::Array(items)) => {
            items.iter().enumerate().try_for_each(|(at, item)| field(item, of, &format!("{path}[{at}]")))
        }
        (Type::List(_), other) => Err(format!("{path}: expected list, got &{{{}}}", shown(other))),
        (Type::Bool, Value::Bool(_)) | (Type::Int32 | Type::Int64, Value::Number(_)) => Ok(()),
        (Type::Bool, other) => Err(format!("{path}: expected boolean, got &{{{}}}", shown(other))),
        (Type::Int32 | Type::Int64, other) => {
            let what = crate::schema::go_kind(other);
            Err(format!("{path}: expected numeric (int or float), got {what}"))
        }
        (Type::String | Type::Bytes | Type::Time | Type::MicroTime, Value::String(_)) => Ok(()),
        (Type::String | Type::Bytes | Type::Time | Type::MicroTime, other) => {
            Err(format!("{path}: expected string, got &value.valueUnstructured{{Value:{}}}", shown(other)))
        }
    }
}

/// A value as Go prints it.
fn shown(value: &Value) -> String {
    match value {
        Value::Null => "<nil>".to_owned(),
        Value::String(text) => text.clone(),
        Value::Array(items) => format!("[{}]", items.iter().map(shown).collect::<Vec<_>>().join(" ")),
        Value::Object(fields) => {
            let fields: Vec<String> =
                fields.iter().map(|(key, value)| format!("{key}:{}", shown(value))).collect();
            format!("map[{}]", fields.join(" "))
        }
        other => other.to_string(),
    }
}
