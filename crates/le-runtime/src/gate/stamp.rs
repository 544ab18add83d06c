//! The fencing token, as an annotation of what is written.

use std::sync::Arc;

use http::request::Parts;
use http::{HeaderValue, Request, header};
use kube::client::Body;
use le_core::{FencingToken, Leadership};
use serde_json::Value;
use tower::BoxError;

use super::error::{GateError, StampKeyError, Unstampable};
use super::json;
use super::target::{Form, form};

/// The annotation that the fencing token is written to, unless another is named.
pub const FENCING_TOKEN_ANNOTATION: &str = "leader-election/fencing-token";

/// Puts the fencing token on what is written, as an annotation:
/// see [`LeadershipExt::client_with`](crate::LeadershipExt::client_with).
///
/// - **Stamped** are objects that are created or replaced, and merge, strategic merge and apply patches, of a resource or of
///   its `status`. An older token in the object is replaced.
/// - **Sent as they are**: deletions; JSON patches of finalizers alone, which is how kube's `finalizer` changes them, with the
///   finalizers that it read as a condition; subresources other than `status`, whose body is another object; and authentication and
///   authorization reviews, which are not stored, and refused with an annotation.
/// - **Refused**, rather than sent without a stamp: other JSON patches, bodies that are not JSON, lists, and patches that set all
///   annotations to null ([`GateError::CannotStamp`]). Also an object with a greater token ([`GateError::Superseded`]).
///
/// Nothing is stamped under [`FencingToken::NONE`]. `docs/fencing.md` shows how the API server is made to refuse older
/// tokens, and where it drops the stamp.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stamp {
    key: Arc<str>,
}

impl Stamp {
    /// Writes the token to the annotation [`FENCING_TOKEN_ANNOTATION`].
    pub fn new() -> Self {
        Self { key: FENCING_TOKEN_ANNOTATION.into() }
    }

    /// Writes the token to an annotation of one's own.
    ///
    /// # Errors
    ///
    /// [`StampKeyError`] if no annotation can have this key.
    pub fn with_key(key: &str) -> Result<Self, StampKeyError> {
        match problem(key) {
            None => Ok(Self { key: key.into() }),
            Some(problem) => Err(StampKeyError::new(key, problem)),
        }
    }

    /// Returns the key of the annotation.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// Puts the token of `leadership` on a request.
    pub(super) async fn put(
        &self,
        leadership: &Leadership,
        request: Request<Body>,
    ) -> Result<Request<Body>, BoxError> {
        let (mut parts, body) = request.into_parts();
        if leadership.token() == FencingToken::NONE {
            return Ok(Request::from_parts(parts, body));
        }
        let form = match form(&parts) {
            Ok(Some(form)) => form,
            Ok(None) => return Ok(Request::from_parts(parts, body)),
            Err(why) => return Err(cannot_stamp(&parts, why).into()),
        };
        let body = body.collect_bytes().await?;
        if form == Form::JsonPatch {
            return match is_of_finalizers(&body) {
                true => Ok(Request::from_parts(parts, Body::from(body))),
                false => Err(cannot_stamp(&parts, Unstampable::JsonPatch).into()),
            };
        }
        let stamped = self.stamped(leadership, &parts, form, &body)?;
        if parts.headers.contains_key(header::CONTENT_LENGTH) {
            parts.headers.insert(header::CONTENT_LENGTH, HeaderValue::from(stamped.len()));
        }
        Ok(Request::from_parts(parts, Body::from(stamped)))
    }

    fn stamped(
        &self,
        leadership: &Leadership,
        parts: &Parts,
        form: Form,
        body: &[u8],
    ) -> Result<Vec<u8>, GateError> {
        let refused = |why| cannot_stamp(parts, why);
        let object: Value =
            serde_json::from_slice(body).map_err(|error| refused(Unstampable::NotJson(error)))?;
        check(&object, form).map_err(refused)?;
        let token = leadership.token();
        let found =
            object.pointer("/metadata/annotations").and_then(|annotations| annotations.get(&*self.key));
        let found = found.and_then(Value::as_str).and_then(|found| found.parse().ok()).map(FencingToken::new);
        if let Some(found) = found.filter(|found| *found > token) {
            let (method, path) = (parts.method.clone(), parts.uri.path().to_owned());
            let bucket = leadership.bucket().name().clone();
            return Err(GateError::Superseded { method, path, bucket, token, found });
        }
        let path = ["metadata", "annotations", &self.key];
        Ok(json::set(body, &path, &token.to_string()).expect("the objects on the way have been checked"))
    }
}

impl Default for Stamp {
    fn default() -> Self {
        Self::new()
    }
}

fn cannot_stamp(parts: &Parts, why: Unstampable) -> GateError {
    GateError::CannotStamp { method: parts.method.clone(), path: parts.uri.path().to_owned(), why }
}

/// Makes sure that the annotations are where a stamp can be put.
fn check(object: &Value, form: Form) -> Result<(), Unstampable> {
    if !object.is_object() {
        return Err(Unstampable::NotAnObject("the body"));
    }
    for (place, name) in [("/metadata", "metadata"), ("/metadata/annotations", "metadata.annotations")] {
        match object.pointer(place) {
            None | Some(Value::Object(_)) => {}
            // In a patch, null takes away what is there, and the stamp must not change what the patch does.
            Some(Value::Null) if form == Form::Patch => return Err(Unstampable::Null(name)),
            Some(Value::Null) => {}
            Some(_) => return Err(Unstampable::NotAnObject(name)),
        }
    }
    match object["kind"].as_str() {
        Some(kind) if kind.ends_with("List") && object["items"].is_array() && !is_named(object) => {
            Err(Unstampable::List(kind.to_owned()))
        }
        _ => Ok(()),
    }
}

/// Tells whether a JSON patch changes nothing but finalizers.
fn is_of_finalizers(patch: &[u8]) -> bool {
    let Ok(Value::Array(operations)) = serde_json::from_slice(patch) else { return false };
    let is_inside = |path: &Value| {
        let rest = path.as_str().and_then(|path| path.strip_prefix("/metadata/finalizers"));
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    !operations.is_empty()
        && operations
            .iter()
            .all(|operation| is_inside(&operation["path"]) && operation.get("from").is_none_or(is_inside))
}

/// Tells an object of a kind such as `AllowList` from a list of objects.
fn is_named(object: &Value) -> bool {
    ["/metadata/name", "/metadata/generateName"].iter().any(|name| object.pointer(name).is_some())
}

/// Says what the API server would find wrong with the key of an annotation.
fn problem(key: &str) -> Option<&'static str> {
    let (prefix, name) = key.split_once('/').map_or((None, key), |(prefix, name)| (Some(prefix), name));
    let prefix_is_fine =
        |prefix: &str| prefix.len() <= 253 && prefix.split('.').all(|label| is_word(label, "-"));
    if prefix.is_some_and(|prefix| !prefix_is_fine(prefix)) {
        return Some("its prefix is no DNS name of at most 253 characters");
    }
    match name {
        "" => Some("its name is empty"),
        name if name.len() > 63 => Some("its name is longer than 63 characters"),
        name if !is_word(name, "-_.") => Some(
            "its name may have letters, digits, '-', '_' and '.', and begins and ends with a letter or digit",
        ),
        _ => None,
    }
}

/// Tells whether a text has nothing but letters, digits and some marks, and no mark at its ends.
fn is_word(text: &str, marks: &str) -> bool {
    let inside = |c: char| c.is_ascii_alphanumeric() || marks.contains(c);
    let at_end = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
    text.chars().all(inside) && at_end(text.chars().next()) && at_end(text.chars().next_back())
}
