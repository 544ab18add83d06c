//! What the command lines share.
#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

mod lease;
mod owner;
mod state;
mod table;
