//! What an error of the API server means to a person, and what to do.

use anyhow::anyhow;
use kube::Error;

/// Says what could not be done, why, and what to do about it. `what` is a phrase like `list leases`.
#[must_use]
pub fn explain(error: Error, what: &str, namespace: &str) -> anyhow::Error {
    let place = if namespace.is_empty() { String::new() } else { format!(" in namespace {namespace:?}") };
    let hint = match &error {
        Error::Api(status) => match status.code {
            401 => "the cluster does not know who asks: log in again, or name another context by --context",
            403 => "not allowed: ask for a Role that grants it",
            404 => "it is not there",
            409 => "somebody else changed it meanwhile: try again",
            429 => "the cluster asks for patience: try again later",
            _ => "the cluster refuses",
        },
        Error::Service(_) | Error::HyperError(_) => {
            "the cluster cannot be reached: look at --context and --kubeconfig"
        }
        _ => "the answer cannot be used",
    };
    let said = match &error {
        Error::Api(status) => status.message.clone(),
        other => chain(other),
    };
    // It may be what a webhook said, or whatever answers at that address.
    let said = crate::harmless(&said);
    anyhow!("cannot {what}{place}: {hint}: {said}")
}

/// Puts an error and its causes on one line, each of them once.
fn chain(error: &dyn std::error::Error) -> String {
    let mut words: Vec<String> = Vec::new();
    let mut next = Some(error);
    while let Some(error) = next {
        let said = error.to_string();
        if !words.iter().any(|word| word.contains(&said)) {
            words.push(said);
        }
        next = error.source();
    }
    words.join(": ")
}
