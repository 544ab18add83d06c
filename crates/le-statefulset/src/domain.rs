//! The DNS domain of the cluster.

use crate::variables::{CLUSTER_DOMAIN, not_empty};

/// Where a pod's resolver is configured.
const RESOLV_CONF: &str = "/etc/resolv.conf";

/// The domain of a cluster that says nothing else.
const DEFAULT: &str = "cluster.local";

/// Returns the cluster's domain: `CLUSTER_DOMAIN`, else what `/etc/resolv.conf` searches, else `cluster.local`.
///
/// A file that cannot be read counts as one that says nothing.
pub fn cluster_domain(env: impl Fn(&str) -> Option<String>) -> String {
    not_empty(env, CLUSTER_DOMAIN)
        .or_else(|| search_domain(&std::fs::read_to_string(RESOLV_CONF).ok()?).map(str::to_owned))
        .unwrap_or_else(|| DEFAULT.to_owned())
}

/// Finds the cluster's domain in the text of a `resolv.conf`.
///
/// It is the first entry on a `search` line that begins with `svc.`, without that and without a dot at the end.
///
/// ```
/// let text = "nameserver 10.96.0.10\nsearch acme.svc.example.test. svc.example.test. example.test.\n";
/// assert_eq!(le_statefulset::search_domain(text), Some("example.test"));
/// ```
pub fn search_domain(resolv_conf: &str) -> Option<&str> {
    resolv_conf
        .lines()
        .filter_map(|line| line.strip_prefix("search"))
        .filter(|entries| entries.starts_with([' ', '\t']))
        .flat_map(str::split_ascii_whitespace)
        .filter_map(|entry| entry.strip_prefix("svc."))
        .map(|domain| domain.strip_suffix('.').unwrap_or(domain))
        .find(|domain| !domain.is_empty())
}
