//! Field selectors: `metadata.name=a,status.phase!=Running`.

use serde_json::Value;

use crate::kind::Kind;

/// One condition on a field.
#[derive(Clone, Debug)]
pub(crate) struct Requirement {
    field: String,
    equal: bool,
    value: String,
}

/// Fields that a kind can be selected by, beside `metadata.name` and `metadata.namespace`.
fn fields(kind: &Kind) -> &'static [&'static str] {
    match kind.resource() {
        "pods" => &[
            "spec.nodeName",
            "spec.restartPolicy",
            "spec.schedulerName",
            "spec.serviceAccountName",
            "spec.hostNetwork",
            "status.phase",
            "status.podIP",
            "status.nominatedNodeName",
        ],
        "namespaces" => &["status.phase", "name"],
        "secrets" => &["type"],
        "replicasets.apps" => &["status.replicas"],
        "events" | "events.events.k8s.io" => &[
            "involvedObject.kind",
            "involvedObject.namespace",
            "involvedObject.name",
            "involvedObject.uid",
            "involvedObject.apiVersion",
            "involvedObject.resourceVersion",
            "involvedObject.fieldPath",
            "reason",
            "reportingComponent",
            "source",
            "type",
        ],
        _ => &[],
    }
}

pub(super) fn parse(text: &str, kind: &Kind) -> Result<Vec<Requirement>, String> {
    let mut requirements = Vec::new();
    for term in split(text).iter().filter(|term| !term.is_empty()) {
        let (field, equal, value) = if let Some((field, value)) = term.split_once("!=") {
            (field, false, value)
        } else if let Some((field, value)) = term.split_once("==") {
            (field, true, value)
        } else if let Some((field, value)) = term.split_once('=') {
            (field, true, value)
        } else {
            return Err(format!("invalid selector: '{text}'; can't understand '{term}'"));
        };
        let known = matches!(field, "metadata.name" | "metadata.namespace") || fields(kind).contains(&field);
        if !known {
            return Err(not_supported(field, kind));
        }
        requirements.push(Requirement { field: field.to_owned(), equal, value: value.replace('\\', "") });
    }
    Ok(requirements)
}

fn not_supported(field: &str, kind: &Kind) -> String {
    if kind.rules.custom || !fields(kind).is_empty() {
        return format!("field label not supported: {field}");
    }
    format!("{field:?} is not a known field selector: only \"metadata.name\", \"metadata.namespace\"")
}

/// Splits at commas that no backslash protects.
fn split(text: &str) -> Vec<String> {
    let mut terms = vec![String::new()];
    let mut escaped = false;
    for character in text.chars() {
        if character == ',' && !escaped {
            terms.push(String::new());
            continue;
        }
        escaped = character == '\\' && !escaped;
        if let Some(term) = terms.last_mut() {
            term.push(character);
        }
    }
    terms
}

impl Requirement {
    pub(super) fn name(name: &str) -> Self {
        Self { field: "metadata.name".to_owned(), equal: true, value: name.to_owned() }
    }

    pub(super) fn matches(&self, object: &Value) -> bool {
        let field = match &*self.field {
            "name" => "metadata.name",
            "source" => "source.component",
            field => field,
        };
        let value = field.split('.').fold(object, |value, part| &value[part]);
        let text = match value {
            Value::String(text) => text.clone(),
            Value::Null if self.field == "spec.hostNetwork" => "false".to_owned(),
            Value::Null => String::new(),
            other => other.to_string(),
        };
        (text == self.value) == self.equal
    }
}
