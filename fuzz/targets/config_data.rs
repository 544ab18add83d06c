//! The data of a ConfigMap.
#![no_main]

#[path = "../../crates/le-config/tests/it/properties/data.rs"]
mod data;

libfuzzer_sys::fuzz_target!(|text: &str| data::any_data_elect_or_are_refused(text));
