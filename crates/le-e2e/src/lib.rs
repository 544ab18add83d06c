//! What the crates are checked against from outside: real servers, real peers, real processes.

pub mod conformance;
