//! What is wrong with one field of an object.

use serde_json::Value;

/// One thing that is wrong with a field of an object.
#[derive(Clone, Debug)]
pub(crate) struct FieldError {
    pub(crate) field: String,
    pub(crate) reason: &'static str,
    pub(crate) body: String,
}

impl FieldError {
    /// The value as Go prints it stands between quotes where it is text.
    pub(crate) fn invalid(field: impl Into<String>, value: &Value, message: impl AsRef<str>) -> Self {
        let body = format!("Invalid value: {value}: {}", message.as_ref());
        Self { field: field.into(), reason: "FieldValueInvalid", body }
    }

    pub(crate) fn required(field: impl Into<String>, message: &str) -> Self {
        let colon = if message.is_empty() { "" } else { ": " };
        Self {
            field: field.into(),
            reason: "FieldValueRequired",
            body: format!("Required value{colon}{message}"),
        }
    }

    pub(crate) fn forbidden(field: impl Into<String>, message: impl AsRef<str>) -> Self {
        let body = format!("Forbidden: {}", message.as_ref());
        Self { field: field.into(), reason: "FieldValueForbidden", body }
    }

    pub(crate) fn not_supported(field: impl Into<String>, value: &str, allowed: &[&str]) -> Self {
        let allowed: Vec<String> = allowed.iter().map(|one| format!("{one:?}")).collect();
        let body = format!("Unsupported value: {value:?}: supported values: {}", allowed.join(", "));
        Self { field: field.into(), reason: "FieldValueNotSupported", body }
    }

    /// A list that has a value which is none of those that are allowed.
    pub(crate) fn not_supported_list(field: impl Into<String>, values: &[&str], allowed: &[&str]) -> Self {
        let mut error = Self::not_supported(field, "", allowed);
        error.body = error.body.replacen("\"\"", &Value::from(values).to_string(), 1);
        error
    }

    pub(crate) fn too_long(field: impl Into<String>, limit: usize) -> Self {
        let body = format!("Too long: may not be more than {limit} bytes");
        Self { field: field.into(), reason: "FieldValueTooLong", body }
    }
}
