//! Reads the bodies of requests.

use http::header;
use serde_json::Value;

use super::options::UnknownFields;
use super::Call;
use crate::failure::{Failure, Outcome};
use crate::kind::Kind;
use crate::meta;
use crate::schema::{self, META};

/// Bodies above this are refused.
pub(crate) const LIMIT: usize = 3 * 1024 * 1024;

const ACCEPTED: [&str; 2] = ["application/json", "application/yaml"];

/// An object as it was sent, decoded, and what to warn its sender about.
pub(super) struct Decoded {
    pub(super) object: Value,
    pub(super) warnings: Vec<String>,
}

impl Call {
    /// Reads the body of a creation or an update as an object of this kind.
    pub(super) fn object(&self, unknown_fields: UnknownFields) -> Outcome<Decoded> {
        let object = parse(self, &self.kind)?;
        self.decode(object, unknown_fields)
    }

    /// Decodes an object, however it came here, and checks that it is what the path says.
    pub(super) fn decode(&self, mut object: Value, unknown_fields: UnknownFields) -> Outcome<Decoded> {
        let kind = &*self.kind;
        check_type(&object, kind)?;
        object["apiVersion"] = kind.api_version().into();
        object["kind"] = kind.kind().into();
        let cannot = |why: String| {
            let (word, version) = (kind.kind(), kind.version());
            let shown = if kind.group().is_empty() { version } else { version };
            Failure::bad_request(format!("{word} in version {shown:?} cannot be handled as a {word}: {why}"))
        };
        let mut unknown = Vec::new();
        if let Some(schema) = kind.rules.schema {
            let (decoded, fields) = schema::decode(&object, schema).map_err(cannot)?;
            (object, unknown) = (decoded, fields);
        } else {
            let (metadata, fields) = schema::decode(&object["metadata"], &META).map_err(cannot)?;
            unknown.extend(fields.into_iter().map(|field| format!("metadata.{field}")));
            object["metadata"] = metadata;
        }
        meta::remove(&mut object, "managedFields");
        meta::remove(&mut object, "selfLink");
        let quoted: Vec<String> = unknown.iter().map(|field| format!("unknown field {field:?}")).collect();
        if unknown_fields == UnknownFields::Refuse && !quoted.is_empty() {
            return Err(cannot(format!("strict decoding error: {}", quoted.join(", "))));
        }
        let warnings = if unknown_fields == UnknownFields::Warn { quoted } else { Vec::new() };
        Ok(Decoded { object, warnings })
    }

    /// The body as a value: JSON, or YAML where it says so.
    pub(super) fn value(&self, accepted: &[&str]) -> Outcome<Value> {
        let media = media_type(self);
        if !accepted.contains(&media.as_str()) {
            return Err(Failure::unsupported_media_type(accepted));
        }
        let body = self.request.body();
        if media.ends_with("yaml") {
            return serde_yaml::from_slice(body)
                .map_err(|error| Failure::bad_request(format!("error converting YAML to JSON: yaml: {error}")));
        }
        serde_json::from_slice(body).map_err(|error| Failure::bad_request(json_error(body, &error)))
    }
}

/// The media type of a body, without its parameters.
pub(super) fn media_type(call: &Call) -> String {
    let given = call.request.0.headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let media = given.unwrap_or("application/json").split(';').next().unwrap_or_default();
    media.trim().to_ascii_lowercase()
}

fn parse(call: &Call, kind: &Kind) -> Outcome<Value> {
    let media = media_type(call);
    if !ACCEPTED.contains(&media.as_str()) {
        return Err(Failure::unsupported_media_type(&ACCEPTED));
    }
    let body = call.request.body();
    let unrecognised = |why: String| {
        let kind = kind.kind();
        let summary = summary(body);
        Failure::bad_request(format!(
            "the object provided is unrecognized (must be of type {kind}): couldn't get version/kind; json parse error: {why} ({summary})"
        ))
    };
    let value: Value = if media == "application/yaml" {
        serde_yaml::from_slice(body).map_err(|error| unrecognised(error.to_string()))?
    } else {
        serde_json::from_slice(body).map_err(|error| unrecognised(json_error(body, &error)))?
    };
    match value {
        Value::Object(_) => Ok(value),
        other => {
            let what = match other {
                Value::Array(_) => "array",
                Value::String(_) => "string",
                Value::Bool(_) => "bool",
                _ => "number",
            };
            let why = format!("json: cannot unmarshal {what} into Go value of type struct {{ APIVersion string \"json:\\\"apiVersion,omitempty\\\"\"; Kind string \"json:\\\"kind,omitempty\\\"\" }}");
            Err(unrecognised(why))
        }
    }
}

fn check_type(object: &Value, kind: &Kind) -> Outcome<()> {
    let text = |field: &str| object[field].as_str().unwrap_or_default();
    let (api_version, word) = (text("apiVersion"), text("kind"));
    let (group, version) = api_version.split_once('/').unwrap_or(("", api_version));
    let same_kind = word.is_empty() || word == kind.kind();
    let same_version = api_version.is_empty() || api_version == kind.api_version();
    if !same_kind {
        let version = if api_version.is_empty() { kind.version() } else { version };
        let why = format!(
            "no kind {word:?} is registered for version {:?} in scheme \"k8s.io/kubernetes/pkg/api/legacyscheme/scheme.go:29\"",
            if group.is_empty() { version.to_owned() } else { format!("{group}/{version}") }
        );
        let expected = kind.kind();
        return Err(Failure::bad_request(format!("{word} in version {version:?} cannot be handled as a {expected}: {why}")));
    }
    if !same_version {
        return Err(Failure::bad_request(format!(
            "the API version in the data ({api_version}) does not match the expected API version ({})",
            kind.api_version()
        )));
    }
    Ok(())
}

/// What is wrong with a body that is no JSON, told as Go tells it in the common cases.
fn json_error(body: &[u8], error: &serde_json::Error) -> String {
    if error.is_eof() {
        return "unexpected end of JSON input".to_owned();
    }
    let lines = body.split_inclusive(|byte| *byte == b'\n');
    let before: usize = lines.take(error.line().saturating_sub(1)).map(<[u8]>::len).sum();
    let at = (before + error.column()).saturating_sub(1);
    match body.get(at) {
        Some(byte) => {
            let place = if body[..at].iter().all(u8::is_ascii_whitespace) {
                "looking for beginning of value"
            } else {
                "in the middle of a value"
            };
            format!("invalid character '{}' {place}", char::from(*byte))
        }
        None => error.to_string(),
    }
}

/// The beginning of a body, as the real server shows it.
fn summary(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(body);
    let head: String = text.chars().take(30).collect();
    if text.is_empty() { "<empty>".into() } else { format!("{head:?}") }
}
