//! What the words of leader election promise, tested.
#![cfg(feature = "async")]
#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

mod bucket_map;
mod clock;
mod context;
mod leadership;
mod led;
mod observe;
mod standing;
mod term;
mod words;
