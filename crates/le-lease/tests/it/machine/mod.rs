//! The machine alone: every rule it keeps, on a bench without clock or network.

mod allocation;
mod bench;
mod deletion;
mod doubt;
mod drain;
mod look;
mod odd;
mod pace;
mod right;
mod seen;
mod store;
mod traces;
mod waits;
mod wire;
mod words;
