//! What is seen from outside, tested.
#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

mod alerts;
mod clock;
mod dashboard;
mod docs;
mod five_lines;
mod health;
mod metrics;
mod names;
mod process;
mod promtool;
mod replica;
mod serve;
mod wedged;
