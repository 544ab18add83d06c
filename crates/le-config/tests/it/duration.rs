//! Go's durations, where random vectors do not reach.

use std::time::Duration;

use le_config::GoDuration;
use proptest::prelude::*;

fn nanos(text: &str) -> Option<i64> {
    text.parse::<GoDuration>().ok().map(GoDuration::as_nanos)
}

proptest! {
    #[test]
    fn what_is_written_is_read_back(nanos in any::<i64>()) {
        let duration = GoDuration::from_nanos(nanos);
        prop_assert_eq!(duration.to_string().parse(), Ok(duration));
    }

    #[test]
    fn short_durations_too_are_read_back(nanos in -3_000_000_000i64..3_000_000_000) {
        let duration = GoDuration::from_nanos(nanos);
        prop_assert_eq!(duration.to_string().parse(), Ok(duration));
    }

    #[test]
    fn no_text_panics(text in any::<String>()) {
        let _ = text.parse::<GoDuration>();
    }

    #[test]
    fn no_text_that_looks_like_a_duration_panics(text in "[-+]?([0-9]{0,25}\\.?[0-9]{0,25}(ns|us|µs|μs|ms|s|m|h)?){0,4}") {
        let _ = text.parse::<GoDuration>().map_err(|error| error.to_string());
    }
}

#[test]
fn only_a_negative_duration_reaches_two_to_the_63() {
    assert_eq!(nanos("-9223372036854775808ns"), Some(i64::MIN));
    assert_eq!(nanos("9223372036854775807ns"), Some(i64::MAX));
    assert_eq!(nanos("9223372036854775808ns"), None);
    assert_eq!(nanos("-9223372036854775809ns"), None);
    assert_eq!(nanos("9223372036.854775808s"), None);
    assert_eq!(nanos("-9223372036.854775808s"), Some(i64::MIN));
    assert_eq!(nanos("2562047h47m16.854775807s"), Some(i64::MAX));
    assert_eq!(GoDuration::from_nanos(i64::MIN).to_string(), "-2562047h47m16.854775808s");
}

#[test]
fn a_sum_that_wraps_to_zero_in_go_wraps_here() {
    assert_eq!(nanos("9223372036854775808ns9223372036854775808ns5ns"), Some(5));
    assert_eq!(nanos("9223372036854775808ns9223372036854775807ns"), None);
}

#[test]
fn no_other_sum_wraps() {
    // Neither beyond the limit, where the sign would make it small again, nor by a term that is too long by its fraction.
    assert_eq!(nanos("-9223372036854775807ns9223372036854775807ns"), None);
    assert_eq!(nanos("9223372036854775808ns9223372036.854777856s"), None);
}

#[test]
fn digits_that_no_longer_fit_the_fraction_are_left_out() {
    assert_eq!(nanos("0.9223372036854775807h"), Some(3_320_413_933_267));
    assert_eq!(nanos("0.9223372036854775808h"), Some(3_320_413_933_267));
    assert_eq!(nanos("0.9999999999999999999999999s"), Some(1_000_000_000));
    assert_eq!(nanos("0.3333333333333333333h"), Some(1_200_000_000_000));
    assert_eq!(nanos(&format!("0.{}1s", "0".repeat(400))), Some(0));
    assert_eq!(nanos("0.100000000000000000000h"), Some(360_000_000_000));
}

#[test]
fn the_fraction_of_a_nanosecond_is_cut() {
    assert_eq!(nanos("0.9ns"), Some(0));
    assert_eq!(nanos("-1.9ns"), Some(-1));
    assert_eq!(nanos("1.0000009ms"), Some(1_000_000));
}

#[test]
fn signs_zeros_and_points_are_taken_where_go_takes_them() {
    for (text, expected) in [
        ("0", 0),
        ("+0", 0),
        ("-0", 0),
        ("0s", 0),
        ("+5s", 5_000_000_000),
        ("1.s", 1_000_000_000),
        (".5s", 500_000_000),
    ] {
        assert_eq!(nanos(text), Some(expected), "{text}");
    }
    for text in [
        "", "+", "-", "00", "0.0", ".", ".s", "3", "-.s", "1m-1s", "--1s", "1e3s", "1_0s", " 1s", "1s ",
        "1S", "1d",
    ] {
        assert_eq!(nanos(text), None, "{text}");
    }
}

#[test]
fn the_unit_changes_where_go_changes_it() {
    for (nanos, written) in [
        (0, "0s"),
        (1, "1ns"),
        (999, "999ns"),
        (1_000, "1µs"),
        (999_999, "999.999µs"),
        (1_000_000, "1ms"),
        (999_999_999, "999.999999ms"),
        (1_000_000_000, "1s"),
        (59_999_999_999, "59.999999999s"),
        (60_000_000_000, "1m0s"),
        (3_600_000_000_000, "1h0m0s"),
        (-1_100, "-1.1µs"),
        (-90_500_000_000, "-1m30.5s"),
    ] {
        assert_eq!(GoDuration::from_nanos(nanos).to_string(), written);
    }
}

#[test]
fn a_negative_duration_is_none_of_rusts() {
    assert_eq!(GoDuration::from_nanos(-1).to_std(), None);
    assert_eq!(GoDuration::from_nanos(0).to_std(), Some(Duration::ZERO));
    assert_eq!(GoDuration::from_nanos(i64::MAX).to_std(), Some(Duration::from_nanos(i64::MAX as u64)));
}

#[test]
fn an_error_has_the_text_and_quotes_it_as_go_does() {
    let error = "1ä".parse::<GoDuration>().unwrap_err();
    assert_eq!(error.text(), "1ä");
    assert_eq!(error.to_string(), r#"time: unknown unit "\xc3\xa4" in duration "1\xc3\xa4""#);
    assert_eq!("7".parse::<GoDuration>().unwrap_err().to_string(), r#"time: missing unit in duration "7""#);
    assert_eq!("\"\\".parse::<GoDuration>().unwrap_err().to_string(), r#"time: invalid duration "\"\\""#);
}

#[test]
fn a_duration_is_padded_like_any_text() {
    assert_eq!(format!("{:>8}|", GoDuration::from_nanos(90_000_000_000)), "   1m30s|");
}
