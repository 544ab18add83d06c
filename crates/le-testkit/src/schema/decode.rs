//! Decodes an object as the real server does: refuses what its types cannot hold, drops what they do not know.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value};

use super::{Schema, Type, time};

/// Decodes `value`, and gives what is left of it, normalised, and the paths of the fields that nobody knows.
///
/// The error is the text that the real server gives.
pub(crate) fn decode(value: &Value, schema: &'static Schema) -> Result<(Value, Vec<String>), String> {
    let mut walk = Walk { path: Vec::new(), owner: schema.name, unknown: Vec::new() };
    let decoded = walk.object(value, schema)?;
    Ok((Value::Object(decoded), walk.unknown))
}

struct Walk {
    path: Vec<String>,
    /// The struct that has the field at hand.
    owner: &'static str,
    unknown: Vec<String>,
}

impl Walk {
    fn object(&mut self, value: &Value, schema: &'static Schema) -> Result<Map<String, Value>, String> {
        let mut out = Map::new();
        let empty = Map::new();
        let given = match value {
            Value::Object(given) => given,
            Value::Null => &empty,
            other => return Err(self.mismatch(other, &Type::Struct(schema))),
        };
        let owner = std::mem::replace(&mut self.owner, schema.name);
        for (name, value) in given {
            let Some((_, _, field)) = schema.fields.iter().find(|(field, _, _)| field == name) else {
                let path: Vec<&str> = self.path.iter().map(String::as_str).chain([name.as_str()]).collect();
                self.unknown.push(path.join("."));
                continue;
            };
            self.path.push(name.clone());
            if let Some(value) = self.value(value, field)? {
                out.insert(name.clone(), value);
            }
            self.path.pop();
        }
        for (name, _, field) in schema.fields {
            if let Type::Struct(inner) = field
                && !out.contains_key(*name)
            {
                out.insert((*name).to_owned(), Value::Object(self.object(&Value::Null, inner)?));
            }
        }
        self.owner = owner;
        Ok(out)
    }

    /// Decodes one value; `None` is a value that is left out.
    fn value(&mut self, value: &Value, of: &'static Type) -> Result<Option<Value>, String> {
        if value.is_null() {
            return Ok(None);
        }
        match of {
            Type::Pointer(of) => self.present(value, of).map(Some),
            Type::Struct(_) | Type::Any => self.present(value, of).map(Some),
            _ => Ok(Some(self.present(value, of)?).filter(|value| !is_zero(value))),
        }
    }

    fn present(&mut self, value: &Value, of: &'static Type) -> Result<Value, String> {
        match (of, value) {
            (Type::Any | Type::Managed, _)
            | (Type::Bool, Value::Bool(_))
            | (Type::String, Value::String(_)) => Ok(value.clone()),
            (Type::Int32, Value::Number(number)) => match number.as_i64().map(i32::try_from) {
                Some(Ok(number)) => Ok(number.into()),
                _ => Err(self.no_number(number, of)),
            },
            (Type::Int64, Value::Number(number)) => {
                number.as_i64().map(Value::from).ok_or_else(|| self.no_number(number, of))
            }
            (Type::Bytes, Value::String(text)) => match STANDARD.decode(text) {
                Ok(_) => Ok(value.clone()),
                Err(error) => Err(illegal_base64(&error)),
            },
            (Type::Time, Value::String(text)) => {
                time::time(text).map(|time| time.map_or(Value::Null, Value::from))
            }
            (Type::MicroTime, Value::String(text)) => {
                time::micro_time(text).map(|time| time.map_or(Value::Null, Value::from))
            }
            (Type::Time | Type::MicroTime, other) => Err(self.mismatch(other, &Type::String)),
            (Type::Map(of), Value::Object(entries)) => self.map(entries, of),
            (Type::List(of), Value::Array(items)) => self.list(items, of),
            (Type::Struct(schema), _) => self.object(value, schema).map(Value::Object),
            (Type::Pointer(of), _) => self.present(value, of),
            (of, other) => Err(self.mismatch(other, of)),
        }
    }

    fn map(&mut self, entries: &Map<String, Value>, of: &'static Type) -> Result<Value, String> {
        let mut out = Map::new();
        for (key, value) in entries {
            // A null in a map of texts is an empty text: a map keeps its keys.
            let value = if value.is_null() { Value::from("") } else { self.present(value, of)? };
            out.insert(key.clone(), value);
        }
        Ok(Value::Object(out))
    }

    fn list(&mut self, items: &[Value], of: &'static Type) -> Result<Value, String> {
        let mut out = Vec::with_capacity(items.len());
        for (index, item) in items.iter().enumerate() {
            let field = self.path.last().cloned();
            if let Some(field) = self.path.last_mut() {
                field.push_str(&format!("[{index}]"));
            }
            out.push(self.present(item, of)?);
            if let (Some(last), Some(field)) = (self.path.last_mut(), field) {
                *last = field;
            }
        }
        Ok(Value::Array(out))
    }

    fn mismatch(&self, value: &Value, of: &Type) -> String {
        self.cannot(go_kind(value), of)
    }

    fn no_number(&self, number: &serde_json::Number, of: &Type) -> String {
        self.cannot(&format!("number {number}"), of)
    }

    fn cannot(&self, what: &str, of: &Type) -> String {
        if self.path.is_empty() {
            return format!("json: cannot unmarshal {what} into Go value of type {}", of.go());
        }
        let field = self.path.join(".");
        // Go's path has no index.
        let field: String =
            field.split('[').map(|part| part.split_once(']').map_or(part, |(_, rest)| rest)).collect();
        format!(
            "json: cannot unmarshal {what} into Go struct field {}.{field} of type {}",
            self.owner,
            of.go()
        )
    }
}

/// A value's type as Go's JSON decoder names it.
pub(crate) fn go_kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "bool",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

fn is_zero(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Bool(value) => !value,
        Value::Number(number) => number.as_i64() == Some(0),
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(entries) => entries.is_empty(),
    }
}

/// What Go says of a text that is no base64.
pub(crate) fn illegal_base64(error: &base64::DecodeError) -> String {
    let at = match error {
        base64::DecodeError::InvalidByte(at, _) | base64::DecodeError::InvalidLastSymbol(at, _) => *at,
        // One character is left over.
        base64::DecodeError::InvalidLength(length) => length - 1,
        _ => 0,
    };
    format!("illegal base64 data at input byte {at}")
}
