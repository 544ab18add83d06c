//! What a server answered, and the checks of it.

use anyhow::{Context, Result, bail, ensure};
use http::HeaderMap;
use serde_json::{Value, json};

/// An answer, read to its end.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    /// What was asked, for messages.
    pub(super) asked: String,
    pub(crate) code: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
    /// The body, if it is JSON.
    pub(crate) json: Value,
}

impl Answer {
    /// Checks the status code.
    pub(crate) fn code(&self, wanted: u16) -> Result<&Self> {
        ensure!(self.code == wanted, "{}: expected {wanted}, came {}: {}", self.asked, self.code, self.text);
        Ok(self)
    }

    /// Checks that the request was refused with this `Status`; its details are another matter. An empty reason is none.
    pub(crate) fn refused(&self, code: u16, reason: &str, message: &str) -> Result<&Self> {
        let mut wanted = json!({
            "kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure", "message": message, "code": code,
        });
        if !reason.is_empty() {
            wanted["reason"] = reason.into();
        }
        let mut came = self.json.clone();
        came.as_object_mut().map(|status| status.remove("details"));
        ensure!(
            came == wanted && self.code == code,
            "{}: expected {wanted}, came {}: {}",
            self.asked,
            self.code,
            self.text
        );
        Ok(self)
    }

    /// Checks what a refusal says beside its message; `null` is nothing.
    pub(crate) fn details(&self, wanted: Value) -> Result<&Self> {
        self.has("/details", wanted)
    }

    /// Checks a refusal of one field of an object: 422, with the field in the message and in the causes.
    pub(crate) fn invalid(&self, object: &str, field: &str, reason: &str, message: &str) -> Result<&Self> {
        self.refused(422, "Invalid", &format!("{object} is invalid: {field}: {message}"))?;
        self.has("/details/causes", json!([{ "reason": reason, "message": message, "field": field }]))
    }

    /// Checks a part of the body, found by a JSON pointer; `null` is nothing.
    pub(crate) fn has(&self, pointer: &str, wanted: Value) -> Result<&Self> {
        let came = self.json.pointer(pointer).unwrap_or(&Value::Null);
        ensure!(
            *came == wanted,
            "{}: expected {pointer} to be {wanted}, came {came} in {}",
            self.asked,
            self.text
        );
        Ok(self)
    }

    /// A text in the body, which must be there.
    pub(crate) fn text_at(&self, pointer: &str) -> Result<&str> {
        let found = self.json.pointer(pointer).and_then(Value::as_str);
        found.with_context(|| format!("{}: no text at {pointer} in {}", self.asked, self.text))
    }

    /// The version of the object.
    pub(crate) fn version(&self) -> Result<&str> {
        self.text_at("/metadata/resourceVersion")
    }

    pub(crate) fn uid(&self) -> Result<&str> {
        self.text_at("/metadata/uid")
    }

    /// The warnings, as they stand in the headers.
    pub(crate) fn warnings(&self) -> Vec<&str> {
        self.headers.get_all("warning").iter().filter_map(|value| value.to_str().ok()).collect()
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// The names of the items of a list, between spaces.
    pub(crate) fn names(&self) -> Result<String> {
        let Some(items) = self.json["items"].as_array() else {
            bail!("{}: expected a list, came {}", self.asked, self.text);
        };
        let names: Vec<&str> = items.iter().filter_map(|item| item["metadata"]["name"].as_str()).collect();
        Ok(names.join(" "))
    }

    /// Checks the names of the items of a list.
    pub(crate) fn lists(&self, wanted: &str) -> Result<&Self> {
        self.code(200)?;
        let came = self.names()?;
        ensure!(came == wanted, "{}: expected {wanted:?}, came {came:?}", self.asked);
        Ok(self)
    }
}

/// Checks that two things are the same.
pub(crate) fn same<T: PartialEq<U> + std::fmt::Debug, U: std::fmt::Debug>(
    what: &str,
    came: T,
    wanted: U,
) -> Result<()> {
    ensure!(came == wanted, "{what}: expected {wanted:?}, came {came:?}");
    Ok(())
}
