//! The environment of a StatefulSet's pod.
#![no_main]

#[path = "../../crates/le-statefulset/tests/it/properties/pod.rs"]
mod pod;

libfuzzer_sys::fuzz_target!(|text: &str| pod::any_environment_gives_a_place_or_a_reason(text));
