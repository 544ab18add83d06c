//! What a client is told about a server that listens.

use std::net::SocketAddr;

/// The first part of a path that says which client is asking: client-go sends no token over plain HTTP, but keeps the path of
/// the server's URL.
pub(crate) const PREFIX: &str = "/clients/";

pub(super) fn url(address: SocketAddr, client: &str) -> String {
    let mut name = String::new();
    for byte in client.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.') {
            name.push(char::from(byte));
        } else {
            name.push_str(&format!("%{byte:02X}"));
        }
    }
    if name.is_empty() { format!("http://{address}") } else { format!("http://{address}{PREFIX}{name}") }
}

pub(super) fn kubeconfig(address: SocketAddr, client: &str) -> String {
    let url = url(address, client);
    let name = serde_json::Value::from(if client.is_empty() { "default" } else { client });
    format!(
        "apiVersion: v1\n\
         kind: Config\n\
         clusters:\n\
         - name: le-testkit\n\
         \x20 cluster:\n\
         \x20   server: {url}\n\
         users:\n\
         - name: {name}\n\
         \x20 user: {{}}\n\
         contexts:\n\
         - name: le-testkit\n\
         \x20 context:\n\
         \x20   cluster: le-testkit\n\
         \x20   namespace: default\n\
         \x20   user: {name}\n\
         current-context: le-testkit\n"
    )
}
