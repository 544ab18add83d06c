//! What the glue promises, tested over an embedded API server.
#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

mod allocation;
mod drained;
mod faults;
mod filter;
mod gate;
mod guide;
mod guide_test;
mod in_flight;
mod kinds;
mod operator;
mod resync;
mod scale;
mod several;
mod stop;
mod storm;
mod support;
mod swap;
