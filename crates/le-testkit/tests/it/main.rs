//! Tests through the public API, with kube's real client.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking, in its helpers too")]

mod support;

mod by_hand;
mod create;
mod delete;
mod faults;
mod fill;
mod http;
mod kinds;
mod leases;
mod led;
mod list;
mod log;
mod partitions;
mod serve;
mod table;
mod watch;
mod watch_faults;
