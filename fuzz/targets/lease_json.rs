//! A Lease of any shape, read and written over.
#![no_main]

// The module is private to the driver. Its source is built here once more, on what it expects at the root of its crate.
use le_lease::{Machine, Purpose, Record, Reply, Request, Sighting, Version, WatchState, Write, WriteTime};

#[path = "../../crates/le-lease/src/driver/wire/property.rs"]
mod property;
#[path = "../../crates/le-lease/src/driver/wire.rs"]
#[expect(dead_code, reason = "creating is the driver's")]
mod wire;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| property::any_lease_is_read_and_written_over(bytes, wire::read, wire::update));
