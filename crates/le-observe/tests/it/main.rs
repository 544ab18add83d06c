//! What is seen from outside, tested.
#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

mod clock;
mod elector;
mod events;
mod health;
mod label;
mod metrics;
mod process;
mod promtool;
mod replica;
mod said;
mod wedged;
