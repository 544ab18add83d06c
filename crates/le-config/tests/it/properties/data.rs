//! The data of a ConfigMap: what holds for any.

use std::collections::BTreeMap;
use std::time::Duration;

use le_config::{Config, ConfigError, GoDuration, Parser, TimingError};

/// The keys of the durations, the new one and the legacy one of each.
const DURATIONS: [(&str, &str); 3] = [
    ("lease-duration", "leaseDuration"),
    ("renew-deadline", "renewDeadline"),
    ("retry-period", "retryPeriod"),
];

/// Reads a text as data: one `key=value` a line.
fn data(text: &str) -> BTreeMap<String, String> {
    let entries = text.split('\n').map(|line| line.split_once('=').unwrap_or((line, "")));
    entries.map(|(key, value)| (key.to_owned(), value.to_owned())).collect()
}

/// Any data give a configuration that can elect, or errors that name what is wrong.
pub(crate) fn any_data_elect_or_are_refused(text: &str) {
    let data = data(text);
    for most in [1, 10, 2048] {
        let parser = Parser::new(most).expect("a valid limit");
        match parser.parse_all(&data) {
            Ok(config) => {
                can_elect(&config, &data, most);
                assert_eq!(parser.parse(&data).as_ref().ok(), Some(&config), "{data:?}");
            }
            Err(errors) => {
                let first = parser.parse(&data).expect_err("there are errors").to_string();
                assert_eq!(first, errors.as_slice()[0].to_string(), "{data:?}");
                names_what_is_wrong(errors.as_slice(), &data, most);
            }
        }
    }
}

/// Returns the value that counts for a duration: the new key's, else the legacy key's.
fn asked<'a>(data: &'a BTreeMap<String, String>, (new, legacy): (&str, &str)) -> Option<&'a String> {
    data.get(new).or_else(|| data.get(legacy))
}

fn can_elect(config: &Config, data: &BTreeMap<String, String>, most: u32) {
    assert!((1..=most).contains(&config.buckets()), "{data:?}");
    let timing = config.timing();
    let found = [timing.lease_duration(), timing.renew_deadline(), timing.retry_period()];
    let [lease, renew, retry] = found;
    assert!(lease >= Duration::from_secs(1), "{data:?}");
    assert!(renew < lease, "{data:?}");
    assert!(retry > Duration::ZERO && 12 * retry.as_nanos() < 10 * renew.as_nanos(), "{data:?}");
    assert!(timing.lease_duration_seconds() > 0 && renew < Duration::from_secs(i32::MAX as u64), "{data:?}");
    for ((keys, found), default) in DURATIONS.into_iter().zip(found).zip([60, 40, 10]) {
        let expected = match asked(data, keys) {
            Some(value) => value.parse::<GoDuration>().ok().and_then(GoDuration::to_std),
            None => Some(Duration::from_secs(default)),
        };
        assert_eq!(Some(found), expected, "{keys:?} in {data:?}");
    }
    let buckets = data.get("buckets").map_or(Ok(1), |text| text.parse());
    assert_eq!(buckets, Ok(config.buckets()), "{data:?}");
    for (from, to) in config.map_lease_prefix() {
        assert!(!from.is_empty(), "{data:?}");
        assert!(
            data.iter().any(|(key, value)| key.ends_with(from.as_str()) && value == to),
            "{from:?} in {data:?}"
        );
    }
    // Names are unique and valid, or there is a reason.
    match config.component("Acme").lease_names("widgets") {
        Ok(names) => assert_eq!(names.len(), config.buckets() as usize),
        Err(error) => assert!(error.to_string().contains("lease name"), "{error}"),
    }
}

fn names_what_is_wrong(errors: &[ConfigError], data: &BTreeMap<String, String>, most: u32) {
    assert!(!errors.is_empty(), "{data:?}");
    let unreadable =
        DURATIONS.iter().flat_map(|(new, legacy)| [new, legacy]).filter_map(|key| data.get(*key));
    let unreadable = unreadable.filter(|value| value.parse::<GoDuration>().is_err()).count();
    let mut found = 0;
    for error in errors {
        let said = error.to_string();
        match error {
            ConfigError::Duration { key, reason } => {
                found += 1;
                assert_eq!(Some(reason.text()), data.get(*key).map(String::as_str));
                assert!(said.starts_with(&format!("failed to parse \"{key}\": time: ")), "{said}");
            }
            ConfigError::Buckets { reason } => {
                assert_eq!(Some(reason.text()), data.get("buckets").map(String::as_str));
                assert!(
                    said.starts_with("failed to parse \"buckets\": strconv.ParseUint: parsing \""),
                    "{said}"
                );
            }
            ConfigError::BucketsOutOfRange { buckets, max_buckets } => {
                assert_eq!((data["buckets"].parse(), *max_buckets), (Ok(*buckets), most));
                assert!(!(1..=most).contains(buckets), "{said}");
            }
            ConfigError::Timing(error) => names_the_durations(*error, data, &said),
            other => panic!("{other:?} is no error of data"),
        }
    }
    assert_eq!(found, unreadable, "every duration that cannot be read is told: {errors:?}, {data:?}");
}

fn names_the_durations(error: TimingError, data: &BTreeMap<String, String>, said: &str) {
    let named = match error {
        TimingError::NotPositive { key, value } => {
            assert!(value.as_nanos() <= 0, "{said}");
            let keys = DURATIONS.into_iter().find(|(new, _)| *new == key).expect("a key of a duration");
            assert_eq!(asked(data, keys).map(|text| text.parse()), Some(Ok(value)), "{said}");
            vec![key]
        }
        TimingError::LeaseTooShort { .. } => vec!["lease-duration"],
        TimingError::RenewNotBelowLease { .. } => vec!["renew-deadline", "lease-duration"],
        TimingError::RenewTooLong { .. } => vec!["renew-deadline"],
        TimingError::RetryTooLong { .. } => vec!["retry-period", "renew-deadline"],
        other => panic!("{other:?} is not known"),
    };
    // One of them at least was asked for: the defaults can elect.
    assert!(named.iter().all(|key| said.contains(&format!("{key} ("))), "{said}");
    assert!(DURATIONS.into_iter().any(|keys| asked(data, keys).is_some()), "{said}");
}
