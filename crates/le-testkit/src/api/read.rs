//! One object, read; and answers with one object.

use axum::body::Body;
use http::{HeaderValue, Response, StatusCode};
use serde_json::Value;

use super::{Call, Shape, options, shape};
use crate::failure::{Failure, Outcome};
use crate::store::Key;
use crate::table;

impl Call {
    pub(super) fn get(&self) -> Outcome<Response<Body>> {
        let wanted = Shape::negotiate(&self.request)?;
        let store = self.server.store();
        if let Some(text) = self.request.query("resourceVersion").filter(|text| !text.is_empty()) {
            let version: u64 =
                text.parse().map_err(|_| Failure::unforeseen(options::bad_version_text(text)))?;
            if version > store.version() {
                return Err(Failure::too_large_version(version, store.version()));
            }
        }
        let stored = store.get(&self.key()).ok_or_else(|| self.not_found())?;
        Ok(self.show(wanted, StatusCode::OK, &stored.object, &[]))
    }

    pub(super) fn key(&self) -> Key {
        Key::new(self.kind.storage(), self.namespace(), self.name())
    }

    pub(super) fn not_found(&self) -> Failure {
        Failure::not_found(&self.kind, self.name())
    }

    /// Answers with an object in the form that the client wants.
    pub(super) fn show(
        &self,
        wanted: Shape,
        status: StatusCode,
        object: &Value,
        warnings: &[String],
    ) -> Response<Body> {
        let object = &*self.kind.shown(object);
        let mut response = match wanted {
            Shape::Object => shape::json(status, object),
            Shape::Metadata => shape::json(status, &shape::partial(object)),
            Shape::Table => {
                let version = crate::meta::text(object, "resourceVersion");
                let list = serde_json::json!({ "resourceVersion": version });
                shape::json(status, &table::table(&self.kind, &self.server.clock, [object], list, true))
            }
        };
        for warning in warnings {
            let text = format!("299 - {warning:?}");
            if let Ok(value) = HeaderValue::try_from(text) {
                response.headers_mut().append(http::header::WARNING, value);
            }
        }
        response
    }
}
