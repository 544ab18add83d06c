//! What holds for any input. The fuzzer asks the same of inputs that it makes up.

mod data;
mod duration;
#[cfg(feature = "yaml")]
mod yaml;

use proptest::collection::vec;
use proptest::prelude::*;

/// A text that is, or nearly is, a duration.
fn duration() -> impl Strategy<Value = String> {
    prop_oneof![
        6 => "[-+]?([0-9]{1,5}(\\.[0-9]{0,12})?(ns|us|µs|μs|ms|s|m|h)){1,3}",
        2 => "[1-9][0-9]{0,2}(ms|s|m)",
        1 => "[-+]?([0-9]{0,25}\\.?[0-9]{0,25}(ns|us|ms|s|m|h|d)?){0,3}",
        1 => any::<String>(),
    ]
}

fn entry() -> impl Strategy<Value = String> {
    let key = prop_oneof![
        "lease-duration|renew-deadline|retry-period|leaseDuration|renewDeadline|retryPeriod",
        "map-lease-prefix[.a-c]{0,8}",
        "[a-z]{0,4}",
    ];
    prop_oneof![
        4 => (key, duration()).prop_map(|(key, value)| format!("{key}={value}")),
        1 => "buckets=[0-9]{1,5}",
        1 => any::<String>(),
    ]
}

proptest! {
    #[test]
    fn any_text_is_a_duration_or_none(text in duration()) {
        duration::any_text_is_read_by_the_grammar(&text);
    }

    #[test]
    fn any_data_elect_or_are_refused(entries in vec(entry(), 0..8)) {
        data::any_data_elect_or_are_refused(&entries.join("\n"));
    }
}

#[cfg(feature = "yaml")]
proptest! {
    #[test]
    fn any_text_is_a_manifest_or_none(text in any::<String>()) {
        yaml::any_text_is_a_config_map_or_refused(&text);
    }

    #[test]
    fn any_text_that_looks_like_a_manifest_is_one_or_none(data in vec(("[a-z<]{0,9}", "[-\\[{&*!|>'\"a-z0-9:~# ]{0,12}"), 0..5)) {
        let data: String = data.iter().map(|(key, value)| format!("\n  {key}: {value}")).collect();
        yaml::any_text_is_a_config_map_or_refused(&format!("kind: ConfigMap\ndata:{data}\n"));
    }
}
