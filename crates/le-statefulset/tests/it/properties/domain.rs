//! The cluster's domain in a `resolv.conf`: what holds for any text.

use le_statefulset::{cluster_domain, search_domain};

/// Any text has the domain of the first service entry of a search line, or none.
pub(crate) fn any_text_has_the_domain_of_services_or_none(text: &str) {
    let found = search_domain(text);
    assert_eq!(found, first_of(text), "{text:?}");
    if let Some(domain) = found {
        assert!(!domain.is_empty() && !domain.contains([' ', '\t', '\r', '\n']), "{domain:?} of {text:?}");
    }
    // The variable is taken as it is.
    let told = cluster_domain(|key| (key == "CLUSTER_DOMAIN").then(|| text.to_owned()));
    assert!(told == text || text.is_empty() && !told.is_empty(), "{told:?} for {text:?}");
}

/// Finds the domain one word after the other.
fn first_of(text: &str) -> Option<&str> {
    for line in text.split('\n') {
        let mut words = line.split([' ', '\t', '\r', '\x0c']);
        if words.next() != Some("search") || !line.starts_with("search ") && !line.starts_with("search\t") {
            continue;
        }
        for word in words.filter(|word| word.starts_with("svc.")) {
            let domain = &word["svc.".len()..];
            let domain = domain.strip_suffix('.').unwrap_or(domain);
            if !domain.is_empty() {
                return Some(domain);
            }
        }
    }
    None
}
