//! What the Go implementation answers.

use std::collections::BTreeMap;
use std::time::Duration;

use le_config::{Config, ConfigError, GoDuration};
use serde_json::Value;

fn cases(text: &str) -> impl Iterator<Item = Value> {
    assert!(text.lines().count() >= 40, "the vectors are there");
    text.lines().map(|line| serde_json::from_str(line).unwrap())
}

fn strings(value: &Value) -> BTreeMap<String, String> {
    serde_json::from_value(value.clone()).unwrap()
}

fn nanos(value: &Value) -> Duration {
    Duration::from_nanos(value.as_str().unwrap().parse().unwrap())
}

#[test]
fn durations_are_read_and_written_as_go_does() {
    for case in cases(include_str!("../data/durations.jsonl")) {
        let text = case["text"].as_str().unwrap();
        let read = text.parse::<GoDuration>();
        match case["error"].as_str() {
            // A text that was no UTF-8 for Go holds replacement characters here, so only the words about others agree.
            Some(_) if text.contains('\u{fffd}') => assert!(read.is_err(), "{case}"),
            Some(error) => assert_eq!(read.unwrap_err().to_string(), error, "{case}"),
            None => {
                let duration = read.unwrap_or_else(|error| panic!("{error}: {case}"));
                assert_eq!(duration.as_nanos().to_string(), case["nanos"].as_str().unwrap(), "{case}");
                assert_eq!(duration.to_string(), case["written"].as_str().unwrap(), "{case}");
            }
        }
    }
}

#[test]
fn configurations_are_read_as_go_does_and_those_that_never_elect_are_refused() {
    for case in cases(include_str!("../data/config.jsonl")) {
        let data = strings(&case["data"]);
        let max_buckets = u32::try_from(case["max_buckets"].as_u64().unwrap()).unwrap();
        let read = Config::parse(&data, max_buckets);
        if let Some(error) = case["error"].as_str() {
            let ours = read.unwrap_err().to_string();
            assert!(ours.starts_with(error), "{ours}: {case}");
        } else if case["timing_valid"] == false {
            assert!(matches!(read, Err(ConfigError::Timing(_))), "{read:?}: {case}");
        } else {
            let config = read.unwrap_or_else(|error| panic!("{error}: {case}"));
            let expected = &case["config"];
            assert_eq!(config.buckets(), expected["buckets"], "{case}");
            assert_eq!(config.timing().lease_duration(), nanos(&expected["lease_duration"]), "{case}");
            assert_eq!(config.timing().renew_deadline(), nanos(&expected["renew_deadline"]), "{case}");
            assert_eq!(config.timing().retry_period(), nanos(&expected["retry_period"]), "{case}");
            assert_eq!(config.map_lease_prefix(), &strings(&expected["map_lease_prefix"]), "{case}");
        }
    }
}

#[test]
fn leases_have_the_names_that_go_gives_them() {
    for case in cases(include_str!("../data/lease_names.jsonl")) {
        let mut data: BTreeMap<String, String> = strings(&case["map_lease_prefix"])
            .into_iter()
            .map(|(from, to)| (format!("map-lease-prefix.{from}"), to))
            .collect();
        data.insert("buckets".to_owned(), case["buckets"].to_string());
        let component = Config::parse(&data, 2048).unwrap().component(case["component"].as_str().unwrap());
        let mut names = component.lease_names(case["queue"].as_str().unwrap()).unwrap();
        names.sort();
        let names: Vec<_> = names.iter().map(|name| name.as_str()).collect();
        let expected: Vec<_> =
            case["names"].as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect();
        assert_eq!(names, expected, "{case}");
    }
}
