//! The duck on the embedded server, in virtual time and as a process.
#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

mod bench;
mod modes;
mod operations;
mod program;
mod rounds;
mod stubborn;
