//! The election machine, under any facts in any order at any time.
#![no_main]

#[path = "../../crates/le-lease/tests/it/properties/machine.rs"]
mod machine;
#[path = "../../crates/le-lease/tests/it/properties/script.rs"]
mod script;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| machine::any_script_keeps_the_rules(bytes));
