//! Documents about the server itself.

use std::sync::Arc;

use axum::body::Body;
use http::{Response, StatusCode};
use serde_json::json;

use crate::api::json_response;
use crate::failure::{Failure, Outcome};
use crate::request::Request;
use crate::server::Shared;

pub(crate) fn document(_server: &Arc<Shared>, request: &Request) -> Outcome<Response<Body>> {
    match request.path() {
        "/version" => Ok(json_response(StatusCode::OK, &json!({ "major": "1", "minor": "37", "gitVersion": "v1.37.2", "gitCommit": "", "gitTreeState": "", "buildDate": "1970-01-01T00:00:00Z", "goVersion": "", "compiler": "", "platform": "" }))),
        _ => Err(Failure::no_such_path()),
    }
}
