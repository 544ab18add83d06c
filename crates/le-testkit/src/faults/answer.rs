//! An answer made up by a rule.

use axum::body::Body;
use bytes::Bytes;
use http::{HeaderName, HeaderValue, Response, StatusCode, header};

use crate::failure::Failure;

/// An answer that a rule gives in the server's place: a status, headers, a body.
///
/// Without a body of its own it has the `Status` object that an API server sends with such a status.
#[derive(Clone, Debug)]
pub struct Answer {
    status: u16,
    headers: Vec<(HeaderName, HeaderValue)>,
    body: Option<Bytes>,
}

impl Answer {
    /// Makes an answer with this HTTP status.
    ///
    /// # Panics
    ///
    /// If it is no HTTP status.
    pub fn status(status: u16) -> Self {
        assert!(StatusCode::from_u16(status).is_ok(), "{status} is no HTTP status; give one from 100 to 999");
        Self { status, headers: Vec::new(), body: None }
    }

    /// Adds a header.
    ///
    /// # Panics
    ///
    /// If the name or the value is none that HTTP allows.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        let name = HeaderName::try_from(name).expect("the name of the header is one that HTTP allows");
        let value = HeaderValue::try_from(value).expect("the value of the header is one that HTTP allows");
        self.headers.push((name, value));
        self
    }

    /// Sets the body, which need not be JSON.
    #[must_use]
    pub fn body(mut self, body: impl Into<Bytes>) -> Self {
        self.body = Some(body.into());
        self
    }

    pub(crate) fn to_response(&self) -> Response<Body> {
        let mut response = match &self.body {
            None => Failure::injected(self.status).into_response(),
            Some(body) => {
                let mut response = Response::new(Body::from(body.clone()));
                let json = HeaderValue::from_static("application/json");
                response.headers_mut().insert(header::CONTENT_TYPE, json);
                response
            }
        };
        *response.status_mut() = StatusCode::from_u16(self.status).expect("checked when it was made");
        for (name, value) in &self.headers {
            response.headers_mut().insert(name, value.clone());
        }
        response
    }
}
