//! What follows from a timing, in the numbers that a person asks for.

use std::time::Duration;

use le_config::{Config, GoDuration};
use serde::Serialize;

/// The longest random delay before an expired Lease is taken, as in `le-lease`; a quarter of the retry period if that is less.
const LONGEST_STAGGER: Duration = Duration::from_millis(150);

/// Numbers that follow from a configuration.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Numbers {
    /// From a crash to the next leader, at worst: it crashed just after a renewal.
    pub(super) crash_worst_seconds: f64,
    /// The same where it crashed halfway between two renewals.
    pub(super) crash_typical_seconds: f64,
    /// How long the API server may be away without a loss of leadership, at worst.
    pub(super) outage_survived_seconds: f64,
    pub(super) requests_per_minute_per_bucket_led: f64,
    pub(super) requests_per_minute_all_buckets_led: f64,
    /// Whatever the number of buckets that are waited for.
    pub(super) requests_per_minute_waiting_at_most: f64,
    /// How much slower than another's a leader's clock may run, in percent.
    pub(super) clock_slower_percent: f64,
}

impl Numbers {
    pub(super) fn of(config: &Config) -> Self {
        let timing = config.timing();
        // What the others count is what the Lease says: whole seconds.
        let lease = f64::from(timing.lease_duration_seconds());
        let [renew, retry] =
            [timing.renew_deadline(), timing.retry_period()].map(|duration| duration.as_secs_f64());
        let stagger = LONGEST_STAGGER.min(timing.retry_period() / 4).as_secs_f64();
        let per_bucket = 60.0 / retry;
        Self {
            crash_worst_seconds: lease + stagger,
            crash_typical_seconds: lease - retry / 2.0 + stagger / 2.0,
            outage_survived_seconds: renew - retry,
            requests_per_minute_per_bucket_led: per_bucket,
            requests_per_minute_all_buckets_led: per_bucket * f64::from(config.buckets()),
            requests_per_minute_waiting_at_most: 2.0,
            clock_slower_percent: (1.0 - renew / lease) * 100.0,
        }
    }

    /// Each number with what it is.
    pub(super) fn rows(&self) -> Vec<[String; 2]> {
        let row = |what: &str, value: String| [what.to_owned(), value];
        vec![
            row("next leader after a crash, at worst", seconds(self.crash_worst_seconds)),
            row("next leader after a crash, typically", seconds(self.crash_typical_seconds)),
            row("next leader after a stop", "two requests after the last work has ended".to_owned()),
            row("API server away without a loss", seconds(self.outage_survived_seconds)),
            row("requests per minute, each bucket led", number(self.requests_per_minute_per_bucket_led)),
            row("requests per minute, all buckets led", number(self.requests_per_minute_all_buckets_led)),
            row(
                "requests per minute, waiting",
                format!("{} at most", number(self.requests_per_minute_waiting_at_most)),
            ),
            row("a leader's clock may run slower by", format!("{:.0} %", self.clock_slower_percent.floor())),
        ]
    }
}

fn seconds(seconds: f64) -> String {
    let millis = (seconds * 1000.0).round() as i64;
    GoDuration::from_nanos(millis.saturating_mul(1_000_000)).to_string()
}

fn number(number: f64) -> String {
    if number < 10.0 { format!("{number:.1}") } else { format!("{number:.0}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_are_told_as_in_the_documents() {
        let numbers = Numbers::of(&Config::default());
        assert_eq!((numbers.crash_worst_seconds, numbers.crash_typical_seconds), (60.15, 55.075));
        assert_eq!(
            (numbers.outage_survived_seconds, numbers.requests_per_minute_all_buckets_led),
            (30.0, 6.0)
        );
        assert!((numbers.clock_slower_percent - 33.333).abs() < 0.01);
    }

    #[test]
    fn a_lease_says_whole_seconds() {
        let [lease, renew, retry] = [2_500, 2_000, 100].map(Duration::from_millis);
        let config = Config::new(10, le_config::Timing::new(lease, renew, retry).unwrap()).unwrap();
        let numbers = Numbers::of(&config);
        assert_eq!(
            (numbers.crash_worst_seconds, numbers.requests_per_minute_all_buckets_led),
            (3.025, 6000.0)
        );
    }
}
