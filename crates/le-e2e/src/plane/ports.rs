//! Ports that are free.

use std::net::{Ipv4Addr, TcpListener};

/// Returns an address on loopback with a port that nobody listens on at this moment.
pub(super) fn url(scheme: &str) -> anyhow::Result<String> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    Ok(format!("{scheme}://{}", listener.local_addr()?))
}

/// Returns the port of such a URL.
pub(super) fn port(url: &str) -> &str {
    url.rsplit(':').next().unwrap_or_default()
}
