//! The demo as a program: real processes, real signals, real time.
#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

mod demo;

mod bad_input;
mod context;
mod fault;
mod interrupted;
mod verdict;
