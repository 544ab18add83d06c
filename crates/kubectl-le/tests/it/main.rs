//! The command as a user has it: a process, a kubeconfig, and an API server over HTTP.
#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

mod bad;
mod bench;
mod config;
mod gc;
mod operations;
mod owner;
mod rbac;
mod status;
mod words;
