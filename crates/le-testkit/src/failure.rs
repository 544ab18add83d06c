//! Answers that say no: the `Status` bodies of a real API server.

use axum::body::Body;
use http::{HeaderValue, Response, header};
use serde_json::{Map, Value, json};

pub(crate) use crate::field_error::FieldError;
use crate::kind::Kind;

/// Whatever a handler gives: an answer, or a refusal.
pub(crate) type Outcome<T> = Result<T, Failure>;

/// A request that was refused, as the `Status` that says so.
#[derive(Debug)]
pub(crate) struct Failure(Box<Parts>);

#[derive(Debug)]
struct Parts {
    code: u16,
    reason: &'static str,
    message: String,
    details: Option<Map<String, Value>>,
    /// `metadata.continue`: how a list goes on all the same.
    token: Option<String>,
}

impl Failure {
    fn new(code: u16, reason: &'static str, message: impl Into<String>) -> Self {
        Self(Box::new(Parts { code, reason, message: message.into(), details: None, token: None }))
    }

    fn details(mut self, details: Value) -> Self {
        if let Value::Object(details) = details {
            self.0.details = Some(details);
        }
        self
    }

    fn about(kind: &Kind, name: &str) -> Value {
        let mut details = Map::new();
        if !name.is_empty() {
            details.insert("name".into(), name.into());
        }
        if !kind.group().is_empty() {
            details.insert("group".into(), kind.group().into());
        }
        details.insert("kind".into(), kind.plural().into());
        Value::Object(details)
    }

    pub(crate) fn not_found(kind: &Kind, name: &str) -> Self {
        let message = format!("{} {name:?} not found", kind.resource());
        Self::new(404, "NotFound", message).details(Self::about(kind, name))
    }

    /// A path that leads nowhere within an API that is there.
    pub(crate) fn no_such_resource() -> Self {
        let message = "the server could not find the requested resource";
        Self::new(404, "NotFound", message).details(json!({}))
    }

    /// A path that leads nowhere.
    pub(crate) fn no_such_path() -> Self {
        Self::new(404, "", "404 page not found")
    }

    pub(crate) fn already_exists(kind: &Kind, name: &str) -> Self {
        let message = format!("{} {name:?} already exists", kind.resource());
        Self::new(409, "AlreadyExists", message).details(Self::about(kind, name))
    }

    pub(crate) fn generate_name_conflict(kind: &Kind, name: &str) -> Self {
        let message = format!(
            "{} {name:?} already exists, the server was not able to generate a unique name for the object",
            kind.resource()
        );
        let mut details = Self::about(kind, name);
        details["retryAfterSeconds"] = json!(1);
        Self::new(409, "AlreadyExists", message).details(details)
    }

    /// Says of an object that exists that it is on its way out.
    pub(crate) fn being_deleted(mut self) -> Self {
        self.0.message.insert_str(0, "object is being deleted: ");
        self
    }

    pub(crate) fn conflict(kind: &Kind, name: &str, why: &str) -> Self {
        Self::conflict_with(kind, kind.resource(), name, why)
    }

    /// A precondition of a deletion that does not hold: here the real server names the kind, not the resource.
    pub(crate) fn conflict_on_kind(kind: &Kind, name: &str, why: &str) -> Self {
        let mut failure = Self::conflict_with(kind, &kind.qualified_kind(), name, why);
        if let Some(details) = &mut failure.0.details {
            details.insert("kind".into(), kind.kind().into());
        }
        failure
    }

    fn conflict_with(kind: &Kind, what: &str, name: &str, why: &str) -> Self {
        let message = format!("Operation cannot be fulfilled on {what} {name:?}: {why}");
        Self::new(409, "Conflict", message).details(Self::about(kind, name))
    }

    pub(crate) fn apply_conflict(message: String, causes: Vec<Value>) -> Self {
        Self::new(409, "Conflict", message).details(json!({ "causes": causes }))
    }

    pub(crate) fn forbidden(kind: &Kind, name: &str, why: &str) -> Self {
        let quoted = if name.is_empty() { String::new() } else { format!(" {name:?}") };
        let message = format!("{}{quoted} is forbidden: {why}", kind.resource());
        Self::new(403, "Forbidden", message).details(Self::about(kind, name))
    }

    /// An admission policy has refused it.
    pub(crate) fn denied(kind: &Kind, name: &str, why: &str) -> Self {
        let message = format!("{} {name:?} is forbidden: {why}", kind.resource());
        Self::new(422, "Invalid", message).details(Self::about(kind, name))
    }

    pub(crate) fn with_cause(mut self, reason: &str, message: &str, field: &str) -> Self {
        let details = self.0.details.get_or_insert_default();
        details.insert("causes".into(), json!([{ "reason": reason, "message": message, "field": field }]));
        self
    }

    pub(crate) fn bad_request(message: impl Into<String>) -> Self {
        Self::new(400, "BadRequest", message)
    }

    pub(crate) fn invalid(kind: &Kind, name: &str, errors: Vec<FieldError>) -> Self {
        // An Event is checked as the one of the core group that it is kept as.
        let group = if kind.storage() == "events" { "" } else { kind.group() };
        Self::invalid_as(group, kind.kind(), name, errors)
    }

    pub(crate) fn invalid_as(group: &str, kind: &str, name: &str, errors: Vec<FieldError>) -> Self {
        let qualified = if group.is_empty() { kind.to_owned() } else { format!("{kind}.{group}") };
        let mut texts: Vec<String> = Vec::new();
        for error in &errors {
            let text = format!("{}: {}", error.field, error.body);
            // The real server says a thing once, however many checks found it.
            if !texts.contains(&text) {
                texts.push(text);
            }
        }
        let text = match texts.as_slice() {
            [one] => one.clone(),
            many => format!("[{}]", many.join(", ")),
        };
        let causes: Vec<Value> = errors
            .iter()
            .map(|e| json!({ "reason": e.reason, "message": e.body, "field": e.field }))
            .collect();
        let mut details = json!({ "causes": causes });
        if !kind.is_empty() {
            details["kind"] = kind.into();
        }
        if !group.is_empty() {
            details["group"] = group.into();
        }
        if !name.is_empty() {
            details["name"] = name.into();
        }
        Self::new(422, "Invalid", format!("{qualified} {name:?} is invalid: {text}")).details(details)
    }

    /// A patch that cannot be applied to the object.
    pub(crate) fn unprocessable(message: impl Into<String>) -> Self {
        Self::new(422, "Invalid", message).details(json!({}))
    }

    pub(crate) fn expired(message: impl Into<String>) -> Self {
        Self::new(410, "Expired", message)
    }

    /// The version of a list in pages is gone; with this token it goes on with what there is.
    pub(crate) fn continue_expired(token: &str) -> Self {
        let message = "The provided continue parameter is too old to display a consistent list result. You can start a new list without \
                       the continue parameter, or use the continue token in this response to retrieve the remainder of the results. \
                       Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted \
                       between the time the first chunk was returned and now may show up in the list.";
        let mut failure = Self::expired(message);
        failure.0.token = Some(token.to_owned());
        failure
    }

    /// What the real server did not foresee: 500 without a reason.
    pub(crate) fn unforeseen(message: impl Into<String>) -> Self {
        Self::new(500, "", message)
    }

    pub(crate) fn too_large_version(wanted: u64, current: u64) -> Self {
        let message = format!("Timeout: Too large resource version: {wanted}, current: {current}");
        let causes =
            json!([{ "reason": "ResourceVersionTooLarge", "message": "Too large resource version" }]);
        Self::new(504, "Timeout", message).details(json!({ "causes": causes, "retryAfterSeconds": 1 }))
    }

    pub(crate) fn method_not_allowed() -> Self {
        let message = "the server does not allow this method on the requested resource";
        Self::new(405, "MethodNotAllowed", message).details(json!({}))
    }

    /// What a custom resource does not allow is said in other words.
    pub(crate) fn not_supported(kind: &Kind, action: &str) -> Self {
        let message = format!("{action} is not supported on resources of kind {:?}", kind.resource());
        Self::new(405, "MethodNotAllowed", message).details(Self::about(kind, ""))
    }

    pub(crate) fn not_acceptable(accepted: &[&str]) -> Self {
        let message = format!("406: Not Acceptable\n\nAvailable representations: {}", accepted.join(", "));
        Self::new(406, "NotAcceptable", message).details(json!({}))
    }

    pub(crate) fn unsupported_media_type(accepted: &[&str]) -> Self {
        let message = format!(
            "the body of the request was in an unknown format - accepted media types include: {}",
            accepted.join(", ")
        );
        Self::new(415, "UnsupportedMediaType", message)
    }

    /// A patch of no known sort.
    pub(crate) fn unsupported_patch() -> Self {
        Self::new(415, "UnsupportedMediaType", "415: Unsupported Media Type").details(json!({}))
    }

    pub(crate) fn too_large(limit: usize) -> Self {
        Self::new(413, "RequestEntityTooLarge", format!("Request entity too large: limit is {limit}"))
    }

    pub(crate) fn too_many_operations(limit: usize, came: usize) -> Self {
        let message = format!(
            "Request entity too large: The allowed maximum operations in a JSON patch is {limit}, got {came}"
        );
        Self::new(413, "RequestEntityTooLarge", message)
    }

    pub(crate) fn internal(why: &str) -> Self {
        Self::new(500, "InternalError", format!("Internal error occurred: {why}"))
            .details(json!({ "causes": [{ "message": why }] }))
    }

    /// A refusal with the status that a fault asks for.
    pub(crate) fn injected(code: u16) -> Self {
        let (reason, message) = match code {
            401 => ("Unauthorized", "Unauthorized"),
            403 => ("Forbidden", "forbidden by a fault rule"),
            404 => ("NotFound", "not found, says a fault rule"),
            409 => ("Conflict", "a fault rule says that the object has been modified"),
            410 => ("Expired", "a fault rule says that the version is too old"),
            422 => ("Invalid", "a fault rule says that the object is invalid"),
            429 => ("TooManyRequests", "too many requests, says a fault rule"),
            503 => ("ServiceUnavailable", "unavailable, says a fault rule"),
            504 => ("Timeout", "Timeout: says a fault rule"),
            _ => ("InternalError", "Internal error occurred: a fault rule says so"),
        };
        Self::new(code, reason, message)
    }

    /// The `Status` object itself.
    pub(crate) fn status(&self) -> Value {
        let mut status = json!({
            "kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure",
            "message": self.0.message, "code": self.0.code,
        });
        if !self.0.reason.is_empty() {
            status["reason"] = self.0.reason.into();
        }
        if let Some(details) = &self.0.details {
            status["details"] = Value::Object(details.clone());
        }
        if let Some(token) = &self.0.token {
            status["metadata"]["continue"] = token.as_str().into();
        }
        status
    }

    pub(crate) fn into_response(self) -> Response<Body> {
        let mut response = Response::new(Body::empty());
        *response.status_mut() =
            http::StatusCode::from_u16(self.0.code).unwrap_or(http::StatusCode::INTERNAL_SERVER_ERROR);
        let headers = response.headers_mut();
        if self.0.code == 404 && self.0.reason.is_empty() {
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
            *response.body_mut() = Body::from(format!("{}\n", self.0.message));
            return response;
        }
        let after = self.0.details.as_ref().and_then(|details| details.get("retryAfterSeconds")?.as_u64());
        if let Some(after) = after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(after));
        }
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        *response.body_mut() = Body::from(self.status().to_string());
        response
    }
}
