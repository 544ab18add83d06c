//! What is seen from outside, tested.
#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

mod alerts;
mod clock;
mod dashboard;
mod docs;
mod elector;
mod events;
mod five_lines;
mod health;
mod label;
mod metrics;
mod names;
mod process;
mod promtool;
mod replica;
mod said;
mod serve;
mod wedged;
