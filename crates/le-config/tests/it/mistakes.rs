//! Every key wrong in every way, and what is said about it.

use std::collections::HashMap;
use std::time::Duration;

use le_config::{Config, ConfigError, Parser, Timing};

/// The messages about these data, the first of which is the one error of `from_data`.
fn mistakes(data: &[(&str, &str)]) -> Vec<String> {
    let data: HashMap<_, _> = data.iter().copied().collect();
    let all: Vec<_> =
        Config::parse_all(&data, 10).unwrap_err().as_slice().iter().map(ToString::to_string).collect();
    assert_eq!(Config::from_data(&data).unwrap_err().to_string(), all[0]);
    all
}

#[test]
fn without_data_the_defaults_hold() {
    let none: [(&str, &str); 0] = [];
    let config = Config::from_data(none).unwrap();
    assert_eq!(config, Config::default());
    assert_eq!(
        (config.buckets(), config.timing(), config.map_lease_prefix().len()),
        (1, Timing::default(), 0)
    );
}

#[test]
fn unknown_keys_are_ignored() {
    let data =
        [("_example", "lease-duration: nonsense"), ("lease_duration", "x"), ("Buckets", "x"), ("", "x")];
    assert_eq!(Config::from_data(data).unwrap(), Config::default());
}

#[test]
fn every_duration_key_refuses_every_text_that_is_none() {
    for key in
        ["leaseDuration", "renewDeadline", "retryPeriod", "lease-duration", "renew-deadline", "retry-period"]
    {
        for (value, said) in [
            ("flops", "invalid duration \"flops\""),
            ("", "invalid duration \"\""),
            ("60", "missing unit in duration \"60\""),
            ("1d", "unknown unit \"d\" in duration \"1d\""),
            (" 1s", "invalid duration \" 1s\""),
            ("1s ", "unknown unit \"s \" in duration \"1s \""),
            ("9223372036855s", "invalid duration \"9223372036855s\""),
        ] {
            let expected =
                format!("failed to parse \"{key}\": time: {said}; write it like \"60s\" or \"1m30s\"");
            assert_eq!(mistakes(&[(key, value)]), [expected]);
        }
    }
}

#[test]
fn every_duration_key_refuses_zero_and_less() {
    for (key, legacy) in [
        ("lease-duration", "leaseDuration"),
        ("renew-deadline", "renewDeadline"),
        ("retry-period", "retryPeriod"),
    ] {
        for value in ["0s", "-10s"] {
            let expected = format!("{key} ({value}) must be above zero");
            assert_eq!(mistakes(&[(key, value)]), [expected.as_str()]);
            assert_eq!(mistakes(&[(legacy, value)]), [expected]);
        }
        assert_eq!(mistakes(&[(key, "0")]), [format!("{key} (0s) must be above zero")]);
    }
}

#[test]
fn buckets_refuses_what_is_no_number_and_what_is_out_of_range() {
    for value in ["not-an-int", "", "-1", "+1", "1.0", "0x1", "1_0", " 1", "1\n"] {
        let [said] = mistakes(&[("buckets", value)]).try_into().unwrap();
        let value = value.replace('\n', "\\n");
        let expected =
            format!("failed to parse \"buckets\": strconv.ParseUint: parsing \"{value}\": invalid syntax");
        assert_eq!(said, expected + "; write it in digits, like \"10\"");
    }
    let [said] = mistakes(&[("buckets", "4294967296")]).try_into().unwrap();
    assert!(said.contains("parsing \"4294967296\": value out of range"), "{said}");
    assert_eq!(mistakes(&[("buckets", "0")]), ["buckets: value must be between 1 <= 0 <= 10"]);
    assert_eq!(mistakes(&[("buckets", "11")]), ["buckets: value must be between 1 <= 11 <= 10"]);
    assert_eq!(Config::from_data([("buckets", "10")]).unwrap().buckets(), 10);
}

#[test]
fn the_program_sets_the_most_buckets_and_2048_is_its_limit() {
    assert_eq!(Parser::default().max_buckets(), 10);
    assert_eq!(Config::parse([("buckets", "2048")], 2048).unwrap().buckets(), 2048);
    assert!(Config::parse([("buckets", "2")], 1).is_err());
    for max_buckets in [0, 2049, u32::MAX] {
        let none: [(&str, &str); 0] = [];
        let error = Config::parse(none, max_buckets).unwrap_err();
        assert!(matches!(error, ConfigError::MaxBuckets { max_buckets: given } if given == max_buckets));
        assert_eq!(
            error.to_string(),
            format!("max_buckets is {max_buckets}: allow at least 1 and at most 2048")
        );
    }
}

#[test]
fn a_configuration_made_in_code_has_one_to_2048_buckets() {
    assert_eq!(Config::new(1, Timing::default()).unwrap(), Config::default());
    assert_eq!(Config::new(2048, Timing::default()).unwrap().buckets(), 2048);
    for buckets in [0, 2049] {
        let error = Config::new(buckets, Timing::default()).unwrap_err();
        assert_eq!(error.to_string(), format!("buckets: value must be between 1 <= {buckets} <= 2048"));
    }
}

#[test]
fn durations_that_never_elect_together_are_refused_with_both_values() {
    assert_eq!(
        mistakes(&[("lease-duration", "15s")]),
        ["renew-deadline (40s) must be below lease-duration (15s): lower the first or raise the second"]
    );
    assert_eq!(
        mistakes(&[("retryPeriod", "33.333333334s")]),
        [
            "1.2 x retry-period (33.333333334s) must be below renew-deadline (40s): lower the first or raise the second"
        ]
    );
    assert!(Config::from_data([("retryPeriod", "33.333333333s")]).is_ok());
}

#[test]
fn a_new_key_wins_over_its_legacy_key() {
    let data = [("leaseDuration", "50s"), ("lease-duration", "90s"), ("retryPeriod", "5s")];
    let timing = Config::from_data(data).unwrap().timing();
    assert_eq!(timing.lease_duration(), Duration::from_secs(90));
    assert_eq!(timing.retry_period(), Duration::from_secs(5));
    // What does not count may be a timing that never elects.
    assert!(Config::from_data([("leaseDuration", "0s"), ("lease-duration", "90s")]).is_ok());
}

#[test]
fn a_legacy_key_that_cannot_be_read_is_a_mistake_though_the_new_key_is_present() {
    let said = mistakes(&[("leaseDuration", "x"), ("lease-duration", "90s")]);
    assert_eq!(said.len(), 1);
    assert!(said[0].starts_with("failed to parse \"leaseDuration\": "), "{}", said[0]);
}

#[test]
fn all_mistakes_are_reported_in_the_order_in_which_they_are_looked_for() {
    let said = mistakes(&[
        ("buckets", "x"),
        ("retry-period", "x"),
        ("renew-deadline", "x"),
        ("lease-duration", "x"),
        ("retryPeriod", "x"),
        ("renewDeadline", "x"),
        ("leaseDuration", "x"),
    ]);
    let keys: Vec<_> = said.iter().map(|message| message.split('"').nth(1).unwrap()).collect();
    assert_eq!(
        keys,
        [
            "leaseDuration",
            "renewDeadline",
            "retryPeriod",
            "lease-duration",
            "renew-deadline",
            "retry-period",
            "buckets"
        ]
    );
}

#[test]
fn buckets_out_of_range_come_before_a_timing_that_never_elects() {
    assert_eq!(
        mistakes(&[
            ("buckets", "0"),
            ("lease-duration", "-1s"),
            ("renew-deadline", "5s"),
            ("retry-period", "5s")
        ]),
        [
            "buckets: value must be between 1 <= 0 <= 10",
            "lease-duration (-1s) must be above zero",
            "1.2 x retry-period (5s) must be below renew-deadline (5s): lower the first or raise the second"
        ]
    );
}

#[test]
fn a_mistake_in_one_duration_does_not_invent_one_between_the_others() {
    // The renew deadline would be too long for the default lease duration, which is not what was asked for.
    assert_eq!(mistakes(&[("lease-duration", "5mm"), ("renew-deadline", "4m")]).len(), 1);
    assert_eq!(mistakes(&[("leaseDuration", "5mm"), ("renew-deadline", "4m")]).len(), 1);
}

#[test]
fn all_mistakes_in_one_line() {
    let errors = Config::parse_all([("buckets", "0"), ("retry-period", "0s")], 10).unwrap_err();
    assert_eq!(
        errors.to_string(),
        "buckets: value must be between 1 <= 0 <= 10; retry-period (0s) must be above zero"
    );
    assert_eq!(errors.into_vec().len(), 2);
}

fn mapped<const N: usize>(data: [(&str, &str); N]) -> Vec<(String, String)> {
    Config::from_data(data).unwrap().map_lease_prefix().clone().into_iter().collect()
}

#[test]
fn mapped_prefixes_are_kept_as_written() {
    assert_eq!(
        mapped([("map-lease-prefix.A.b", "To.There"), ("map-lease-prefix..c", "")]),
        [(".c".into(), String::new()), ("A.b".into(), "To.There".into())]
    );
}

/// Found by golden vectors: a key without a name after it was kept as a mapping of the empty prefix.
#[test]
fn a_key_that_names_no_prefix_maps_nothing() {
    let data = [
        ("map-lease-prefix", "a"),
        ("map-lease-prefix.", "b"),
        ("map-lease-prefixe", "c"),
        ("map-lease-prefi.x", "d"),
    ];
    assert_eq!(mapped(data), []);
}

#[test]
fn another_character_in_the_place_of_the_dot_maps_too_and_the_dot_wins() {
    assert_eq!(
        mapped([("map-lease-prefix-a.b", "hyphen"), ("map-lease-prefixes", "s")]),
        [("a.b".into(), "hyphen".into()), ("s".into(), "s".into())]
    );
    assert_eq!(
        mapped([
            ("map-lease-prefix-x", "hyphen"),
            ("map-lease-prefix.x", "dot"),
            ("map-lease-prefix_x", "underscore")
        ]),
        [("x".into(), "dot".into())]
    );
}
