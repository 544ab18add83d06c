//! Tests through the public API, with kube's real client.

mod support;

mod store;
