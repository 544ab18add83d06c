//! Reads the bodies of requests.

use serde_json::{Map, Value};

use super::options::UnknownFields;
use super::{Call, go_json};
use crate::failure::{Failure, FieldError, Outcome};
use crate::kind::Kind;
use crate::meta;
use crate::schema::{self, META};

/// Bodies above this are refused.
pub(crate) const LIMIT: usize = 3 * 1024 * 1024;

const JSON: &str = "application/json";
const YAML: &str = "application/yaml";
const PROTOBUF: &str = "application/vnd.kubernetes.protobuf";

/// Where the real server keeps its scheme, which it tells whoever sends what it does not know.
const SCHEME: &str = "pkg/runtime/scheme.go:111";

/// An object as it was sent, decoded, and what to warn its sender about.
pub(super) struct Decoded {
    pub(super) object: Value,
    pub(super) unknown: Vec<String>,
    pub(super) warnings: Vec<String>,
}

/// Why a value is no object of the kind.
pub(super) enum Undecodable {
    /// It says that it is of another version.
    OtherVersion(String),
    /// Its fields are wrong, or it says that it is something else.
    Because(String),
}

impl Call {
    /// Reads the body of a creation or an update as an object of this kind.
    pub(super) fn object(&self, unknown_fields: UnknownFields) -> Outcome<Decoded> {
        let object = self.parse()?;
        self.check_custom_type(&object)?;
        self.object_of(object, unknown_fields)
    }

    /// Reads a value as an object of this kind.
    pub(super) fn object_of(&self, object: Value, unknown_fields: UnknownFields) -> Outcome<Decoded> {
        let said = |field: &str| object[field].as_str().filter(|text| !text.is_empty()).map(str::to_owned);
        let word = said("kind").unwrap_or_else(|| self.kind.kind().to_owned());
        let version = said("apiVersion").unwrap_or_else(|| self.kind.api_version());
        let version = version.rsplit('/').next().unwrap_or_default().to_owned();
        self.decode(object, unknown_fields).map_err(|undecodable| match undecodable {
            Undecodable::OtherVersion(why) => Failure::bad_request(why),
            Undecodable::Because(why) => {
                let kind = self.kind.kind();
                Failure::bad_request(format!(
                    "{word} in version {version:?} cannot be handled as a {kind}: {why}"
                ))
            }
        })
    }

    /// Decodes what a patch has made of an object. The real server shows all of it when that fails.
    pub(super) fn patched(&self, object: Value, unknown_fields: UnknownFields) -> Outcome<Decoded> {
        let shown = Value::from(object.to_string());
        self.decode(object, unknown_fields).map_err(|undecodable| match undecodable {
            Undecodable::OtherVersion(why) => Failure::bad_request(why),
            Undecodable::Because(why) => {
                let error = FieldError::invalid("patch", &shown, why);
                Failure::invalid_as("", "", "", vec![error])
            }
        })
    }

    /// Decodes an object, however it came here, and checks that it is what the path says.
    pub(super) fn decode(
        &self,
        mut object: Value,
        unknown_fields: UnknownFields,
    ) -> Result<Decoded, Undecodable> {
        let kind = &*self.kind;
        self.check_type(&object)?;
        object["apiVersion"] = kind.api_version().into();
        object["kind"] = kind.kind().into();
        let mut unknown = Vec::new();
        if let Some(schema) = kind.rules.schema {
            let (decoded, fields) = schema::decode(&object, schema).map_err(Undecodable::Because)?;
            (object, unknown) = (decoded, fields);
        } else {
            let (metadata, fields) =
                schema::decode(&object["metadata"], &META).map_err(Undecodable::Because)?;
            unknown.extend(fields.into_iter().map(|field| format!("metadata.{field}")));
            object["metadata"] = metadata;
        }
        meta::remove(&mut object, "managedFields");
        meta::remove(&mut object, "selfLink");
        object = kind.to_stored(object);
        let quoted: Vec<String> = unknown.iter().map(|field| format!("unknown field {field:?}")).collect();
        if unknown_fields == UnknownFields::Refuse && !quoted.is_empty() {
            return Err(Undecodable::Because(format!("strict decoding error: {}", quoted.join(", "))));
        }
        let warnings = if unknown_fields == UnknownFields::Warn { quoted } else { Vec::new() };
        Ok(Decoded { object, unknown, warnings })
    }

    /// A custom resource must say what it is.
    fn check_custom_type(&self, object: &Value) -> Outcome<()> {
        if !self.kind.rules.custom {
            return Ok(());
        }
        let (kind, expected) = (self.kind.kind(), self.kind.api_version());
        let text = |field: &str| object[field].as_str().unwrap_or_default();
        let body = String::from_utf8_lossy(self.request.body());
        for (field, word) in [("kind", "Kind"), ("apiVersion", "apiVersion")] {
            if text(field).is_empty() {
                let summary = summary(self.request.body());
                return Err(Failure::bad_request(format!(
                    "the object provided is unrecognized (must be of type {kind}): Object '{word}' is missing in '{body}' ({summary})"
                )));
            }
        }
        let given = text("apiVersion");
        if given == expected && text("kind") == kind {
            return Ok(());
        }
        if given == expected {
            let error = FieldError::invalid("kind", &text("kind").into(), format!("must be {kind}"));
            let name = meta::name(object);
            return Err(Failure::invalid_as(self.kind.group(), text("kind"), name, vec![error]));
        }
        Err(Failure::bad_request(format!(
            "the API version in the data ({given}) does not match the expected API version ({expected})"
        )))
    }

    fn check_type(&self, object: &Value) -> Result<(), Undecodable> {
        let kind = &*self.kind;
        let text = |field: &str| object[field].as_str().unwrap_or_default();
        let word = Some(text("kind")).filter(|text| !text.is_empty()).unwrap_or(kind.kind());
        let (expected, given) = (kind.api_version(), text("apiVersion"));
        let api_version = if given.is_empty() { expected.as_str() } else { given };
        if (word, api_version) == (kind.kind(), expected.as_str()) {
            return Ok(());
        }
        let (group, version) = api_version.split_once('/').unwrap_or(("", api_version));
        if (word, group) == (kind.kind(), kind.group()) {
            return Err(Undecodable::OtherVersion(format!(
                "the API version in the data ({api_version}) does not match the expected API version ({expected})"
            )));
        }
        let known = |one: &std::sync::Arc<Kind>| one.kind() == word && one.api_version() == api_version;
        if self.server.kinds().iter().any(known) {
            let package = kind.group().split('.').next().filter(|part| !part.is_empty()).unwrap_or("core");
            return Err(Undecodable::Because(format!(
                "converting ({version}.{word}) to ({package}.{}): unknown conversion",
                kind.kind()
            )));
        }
        Err(Undecodable::Because(unregistered(word, api_version)))
    }

    /// The options of a deletion, which come as a body of their own type.
    pub(super) fn delete_options_body(&self) -> Outcome<Value> {
        let bad =
            |why: String| Failure::bad_request(format!("couldn't get version/kind; json parse error: {why}"));
        let body = self.request.body();
        let object = |value: Value| match value {
            Value::Object(_) | Value::Null => Ok(value),
            other => Err(bad(no_object(&other))),
        };
        match media_type(self).as_str() {
            JSON => serde_json::from_slice(body).map_err(|_| bad(go_json::error(body))).and_then(object),
            YAML => serde_yaml::from_slice(body).map_err(|error| bad(error.to_string())).and_then(object),
            PROTOBUF => schema::from_protobuf(body, &schema::DELETE_OPTIONS).map_err(Failure::bad_request),
            _ => Err(Failure::unsupported_media_type(&[JSON, YAML, PROTOBUF])),
        }
    }

    /// What is applied: YAML, of which JSON is a part.
    pub(super) fn applied(&self) -> Outcome<Value> {
        let config: Value = serde_yaml::from_slice(self.request.body()).map_err(|error| {
            Failure::bad_request(format!(
                "error decoding patch: error converting YAML to JSON: yaml: {error}"
            ))
        })?;
        match config {
            Value::Object(_) | Value::Null => Ok(config),
            other => {
                let what = schema::go_kind(&other);
                Err(Failure::bad_request(format!(
                    "error decoding patch: error unmarshaling JSON: while decoding JSON: json: cannot unmarshal {what} into Go value \
                     of type map[string]interface {{}}"
                )))
            }
        }
    }

    fn parse(&self) -> Outcome<Value> {
        let media = media_type(self);
        let body = self.request.body();
        let unrecognised = |why: String| {
            let (kind, summary) = (self.kind.kind(), summary(body));
            Failure::bad_request(format!(
                "the object provided is unrecognized (must be of type {kind}): couldn't get version/kind; json parse error: {why} ({summary})"
            ))
        };
        let value: Value = match (media.as_str(), self.kind.rules.schema) {
            (JSON, _) => serde_json::from_slice(body).map_err(|_| unrecognised(go_json::error(body)))?,
            (YAML, _) => serde_yaml::from_slice(body).map_err(|error| unrecognised(error.to_string()))?,
            (PROTOBUF, Some(schema)) => schema::from_protobuf(body, schema).map_err(Failure::bad_request)?,
            (_, Some(_)) => return Err(Failure::unsupported_media_type(&[JSON, YAML, PROTOBUF])),
            // The fields of these kinds are not known here, and without them protobuf cannot be read.
            (_, None) => return Err(Failure::unsupported_media_type(&[JSON, YAML])),
        };
        match value {
            Value::Object(_) => Ok(value),
            Value::Null => Ok(Value::Object(Map::new())),
            other => Err(unrecognised(no_object(&other))),
        }
    }
}

/// What the real server says of a body that is no object.
fn no_object(value: &Value) -> String {
    let what = schema::go_kind(value);
    format!(
        "json: cannot unmarshal {what} into Go value of type struct {{ APIVersion string \"json:\\\"apiVersion,omitempty\\\"\"; Kind string \"json:\\\"kind,omitempty\\\"\" }}"
    )
}

/// What the real server says of a kind that it does not know.
pub(super) fn unregistered(kind: &str, api_version: &str) -> String {
    format!("no kind {kind:?} is registered for version {api_version:?} in scheme {SCHEME:?}")
}

/// The media type of a body, without its parameters.
pub(super) fn media_type(call: &Call) -> String {
    let given = call.request.0.headers.content_type.as_deref();
    let media = given.unwrap_or_default().split(';').next().unwrap_or_default();
    let media = media.trim().to_ascii_lowercase();
    if media.is_empty() && call.request.method() != http::Method::PATCH {
        return JSON.to_owned();
    }
    media
}

/// The beginning of a body, as the real server shows it: as it is where it may be JSON, in hexadecimal otherwise.
fn summary(body: &[u8]) -> String {
    const LENGTH: usize = 30;
    let head = &body[..body.len().min(LENGTH)];
    let more = if body.len() > LENGTH { " ..." } else { "" };
    match body.first() {
        None => "<empty>".to_owned(),
        Some(b'{') => format!("{}{more}", String::from_utf8_lossy(head)),
        Some(_) => {
            let hex: String = head.iter().map(|byte| format!("{byte:02x}")).collect();
            format!("{hex}{more}")
        }
    }
}
