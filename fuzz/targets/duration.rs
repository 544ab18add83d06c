//! Go durations.
#![no_main]

#[path = "../../crates/le-config/tests/it/properties/duration.rs"]
mod duration;

libfuzzer_sys::fuzz_target!(|text: &str| duration::any_text_is_read_by_the_grammar(text));
