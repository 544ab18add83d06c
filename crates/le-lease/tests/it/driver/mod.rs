//! The driver against the embedded API server: kube's real client, in virtual time.
#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

mod bench;
mod logs;
mod look;

mod answers;
mod aware;
mod bad_input;
mod crash;
mod handover;
mod no_watch;
mod observe;
mod odd;
mod pace;
mod process;
mod requests;
mod right;
mod rights;
mod rules;
mod simple;
mod statuses;
mod strangers;
mod watch;
mod wire;
