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
        "namespaces" => &["status.phase"],
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
        let (field, sign, value) =
            cut(term).ok_or_else(|| format!("invalid selector: '{text}'; can't understand '{term}'"))?;
        let value = unescaped(value)?;
        if field.is_empty() && value.is_empty() {
            continue;
        }
        let field = &*match field.strip_prefix("regarding.") {
            Some(rest) if kind.resource() == "events.events.k8s.io" => format!("involvedObject.{rest}"),
            _ => field.to_owned(),
        };
        let known = matches!(field, "metadata.name" | "metadata.namespace") || fields(kind).contains(&field);
        if !known {
            return Err(not_supported(field, kind));
        }
        requirements.push(Requirement { field: field.to_owned(), equal: sign != "!=", value });
    }
    Ok(requirements)
}

/// Cuts a term at the first sign in it.
fn cut(term: &str) -> Option<(&str, &str, &str)> {
    const SIGNS: [&str; 3] = ["!=", "==", "="];
    term.char_indices().find_map(|(at, _)| {
        let sign = SIGNS.into_iter().find(|sign| term[at..].starts_with(sign))?;
        Some((&term[..at], sign, &term[at + sign.len()..]))
    })
}

/// Takes the backslashes off that protect commas, signs and backslashes.
fn unescaped(value: &str) -> Result<String, String> {
    let mut plain = String::with_capacity(value.len());
    let mut characters = value.chars();
    while let Some(character) = characters.next() {
        match character {
            '\\' => match characters.next() {
                Some(protected @ ('\\' | ',' | '=')) => plain.push(protected),
                other => {
                    let sequence: String = ['\\'].into_iter().chain(other).collect();
                    return Err(format!("invalid field selector: invalid escape sequence: {sequence}"));
                }
            },
            ',' | '=' => {
                let number = u32::from(character);
                return Err(format!("invalid field selector: unescaped character in value: {number}"));
            }
            _ => plain.push(character),
        }
    }
    Ok(plain)
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
