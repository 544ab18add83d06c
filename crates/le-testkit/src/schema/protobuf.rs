//! Objects in protobuf, as Go's typed clients send them, turned into the JSON that they stand for.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use serde_json::{Map, Value};

use super::{Schema, Type};

/// What an object in protobuf begins with.
const MAGIC: &[u8] = b"k8s\0";

/// Decodes an object of a known type. The error says what is wrong with the bytes.
pub(crate) fn from_protobuf(bytes: &[u8], schema: &'static Schema) -> Result<Value, String> {
    let envelope =
        bytes.strip_prefix(MAGIC).ok_or("provided data does not appear to be a protobuf message")?;
    let (mut object, mut types) = (Value::Object(Map::new()), (String::new(), String::new()));
    for field in Fields(envelope) {
        match field? {
            (1, Wire::Bytes(meta)) => {
                for field in Fields(meta) {
                    match field? {
                        (1, Wire::Bytes(text)) => types.0 = utf8(text)?,
                        (2, Wire::Bytes(text)) => types.1 = utf8(text)?,
                        _ => {}
                    }
                }
            }
            (2, Wire::Bytes(raw)) => object = message(raw, schema)?,
            _ => {}
        }
    }
    for (field, value) in [("apiVersion", types.0), ("kind", types.1)] {
        if !value.is_empty() {
            object[field] = value.into();
        }
    }
    Ok(object)
}

fn message(bytes: &[u8], schema: &'static Schema) -> Result<Value, String> {
    let mut out = Map::new();
    for field in Fields(bytes) {
        let (number, wire) = field?;
        let known = schema.fields.iter().find(|(_, known, _)| *known == number);
        if let Some((name, _, of)) = known {
            let slot = out.entry(*name).or_insert(Value::Null);
            put(slot, &wire, of)?;
        }
    }
    Ok(Value::Object(out))
}

/// Puts a value into its field; repeated ones are added to what is there.
fn put(slot: &mut Value, wire: &Wire<'_>, of: &'static Type) -> Result<(), String> {
    match (of, wire) {
        (Type::Pointer(of), _) => put(slot, wire, of)?,
        (Type::Map(of), Wire::Bytes(entry)) => {
            let (mut key, mut value) = (String::new(), Value::from(""));
            for field in Fields(entry) {
                match field? {
                    (1, Wire::Bytes(text)) => key = utf8(text)?,
                    (2, wire) => put(&mut value, &wire, of)?,
                    _ => {}
                }
            }
            slot[key] = value;
        }
        (Type::List(of), _) => {
            let mut item = Value::Null;
            put(&mut item, wire, of)?;
            match slot {
                Value::Array(items) => items.push(item),
                slot => *slot = Value::Array(vec![item]),
            }
        }
        (Type::Bool, Wire::Number(number)) => *slot = (*number != 0).into(),
        // A negative number is sent as the sixty-four bits of its complement.
        (Type::Int32 | Type::Int64, Wire::Number(number)) => *slot = (*number as i64).into(),
        (Type::String, Wire::Bytes(text)) => *slot = utf8(text)?.into(),
        (Type::Bytes, Wire::Bytes(bytes)) => *slot = STANDARD.encode(bytes).into(),
        (Type::Time | Type::MicroTime, Wire::Bytes(bytes)) => *slot = time(bytes, of)?,
        (Type::Struct(schema), Wire::Bytes(bytes)) => *slot = message(bytes, schema)?,
        // What is kept as it is has no fields that are known here, and nobody sends it.
        _ => {}
    }
    Ok(())
}

/// A time without seconds is no time.
fn time(bytes: &[u8], of: &Type) -> Result<Value, String> {
    let (mut seconds, mut nanos) = (None, 0);
    for field in Fields(bytes) {
        match field? {
            (1, Wire::Number(number)) => seconds = Some(number as i64),
            (2, Wire::Number(number)) => nanos = number as i32,
            _ => {}
        }
    }
    let Some(seconds) = seconds else { return Ok(Value::Null) };
    let time = Timestamp::new(seconds, nanos).map_err(|error| format!("proto: {error}"))?;
    let format = if matches!(of, Type::Time) { "%Y-%m-%dT%H:%M:%SZ" } else { "%Y-%m-%dT%H:%M:%S%.6fZ" };
    Ok(time.strftime(format).to_string().into())
}

fn utf8(bytes: &[u8]) -> Result<String, String> {
    String::from_utf8(bytes.to_vec()).map_err(|_| "proto: invalid UTF-8 in a string".to_owned())
}

/// A value on the wire.
enum Wire<'a> {
    Number(u64),
    Bytes(&'a [u8]),
}

/// The fields of a message, one after the other, each with its number.
struct Fields<'a>(&'a [u8]);

impl<'a> Iterator for Fields<'a> {
    type Item = Result<(u32, Wire<'a>), String>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.0.is_empty() {
            return None;
        }
        let field = self.field();
        if field.is_none() {
            self.0 = &[];
        }
        Some(field.ok_or_else(|| "unexpected EOF".to_owned()))
    }
}

impl<'a> Fields<'a> {
    fn field(&mut self) -> Option<(u32, Wire<'a>)> {
        let tag = self.varint()?;
        let number = u32::try_from(tag >> 3).ok()?;
        let wire = match tag & 7 {
            0 => Wire::Number(self.varint()?),
            1 => Wire::Bytes(self.take(8)?),
            2 => {
                let length = usize::try_from(self.varint()?).ok()?;
                Wire::Bytes(self.take(length)?)
            }
            5 => Wire::Bytes(self.take(4)?),
            _ => return None,
        };
        Some((number, wire))
    }

    fn varint(&mut self) -> Option<u64> {
        let mut value = 0;
        for shift in (0..70).step_by(7) {
            let (byte, rest) = self.0.split_first()?;
            self.0 = rest;
            value |= u64::from(byte & 0x7f).checked_shl(shift).unwrap_or(0);
            if byte & 0x80 == 0 {
                return Some(value);
            }
        }
        None
    }

    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(taken)
    }
}
