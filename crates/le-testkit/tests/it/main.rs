//! Tests through the public API, with kube's real client.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking, in its helpers too")]

mod support;

mod apply;
mod by_hand;
mod create;
mod delete;
mod faults;
mod fill;
mod http;
mod kinds;
mod lease;
mod leases;
mod led;
mod list;
mod log;
mod partitions;
mod patch;
mod raw;
mod serve;
mod update;
mod watch;
mod watch_faults;
