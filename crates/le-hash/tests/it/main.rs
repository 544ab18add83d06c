//! What a user of the crate can rely on.

#![expect(clippy::unwrap_used, reason = "a test that panics has failed")]

mod agreement;
mod allocation;
mod known;
mod property;
mod reference;
mod set;
mod sharing;
mod subset;
mod vectors;
