//! Which objects a list or a watch is about.

mod field;
mod label;

use serde_json::Value;

use crate::failure::{Failure, Outcome};
use crate::kind::Kind;
use crate::request::Request;

/// The label and field selectors of a request.
#[derive(Clone, Debug)]
pub(crate) struct Selector {
    labels: Vec<label::Requirement>,
    fields: Vec<field::Requirement>,
}

impl Selector {
    pub(crate) fn parse(request: &Request, kind: &Kind) -> Outcome<Self> {
        let labels = request.query("labelSelector").unwrap_or_default();
        let fields = request.query("fieldSelector").unwrap_or_default();
        Ok(Self {
            labels: label::parse(labels).map_err(Failure::bad_request)?,
            fields: field::parse(fields, kind).map_err(Failure::bad_request)?,
        })
    }

    /// Adds that the name is this one, as a watch on one object does.
    pub(crate) fn named(mut self, name: &str) -> Self {
        self.fields.push(field::Requirement::name(name));
        self
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.labels.is_empty() && self.fields.is_empty()
    }

    pub(crate) fn matches(&self, object: &Value) -> bool {
        let labels = &object["metadata"]["labels"];
        self.labels.iter().all(|one| one.matches(labels)) && self.fields.iter().all(|one| one.matches(object))
    }
}
