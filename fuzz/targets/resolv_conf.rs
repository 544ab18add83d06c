//! The cluster's domain in `/etc/resolv.conf`.
#![no_main]

#[path = "../../crates/le-statefulset/tests/it/properties/domain.rs"]
mod domain;

libfuzzer_sys::fuzz_target!(|text: &str| domain::any_text_has_the_domain_of_services_or_none(text));
