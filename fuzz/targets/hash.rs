//! The hash, held against the algorithm to the letter.
#![no_main]

#[path = "../../crates/le-hash/tests/it/property.rs"]
mod property;
#[path = "../../crates/le-hash/tests/it/reference.rs"]
mod reference;

libfuzzer_sys::fuzz_target!(|text: &str| property::any_names_and_key_agree(text));
