//! The namespace that Leases live in.

use kube::Client;

use super::error::ElectionError;

/// Chooses the namespace: `SYSTEM_NAMESPACE`, else `POD_NAMESPACE`, else the client's default.
pub(crate) fn choose(client: &Client) -> String {
    le_config::namespace(|key| std::env::var(key).ok())
        .unwrap_or_else(|| client.default_namespace().to_owned())
}

/// Refuses what is no namespace before it gets into a URL.
pub(crate) fn check(namespace: &str) -> Result<(), ElectionError> {
    let is_inner = |c: char| matches!(c, 'a'..='z' | '0'..='9' | '-');
    let is_edge = |c: Option<char>| c.is_some_and(|c| c != '-');
    let mut chars = namespace.chars();
    let valid = namespace.len() <= 63
        && namespace.chars().all(is_inner)
        && is_edge(chars.next())
        && (namespace.len() == 1 || is_edge(chars.next_back()));
    if valid { Ok(()) } else { Err(ElectionError::Namespace { namespace: namespace.to_owned() }) }
}
