//! The manifest that operators ship.
#![no_main]

#[path = "../../crates/le-config/tests/it/properties/yaml.rs"]
mod yaml;

libfuzzer_sys::fuzz_target!(|text: &str| yaml::any_text_is_a_config_map_or_refused(text));
