//! What a scrape gives.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use le_core::{FailReason, FencingToken, Observed, Observers, StopReason, Won};
use le_observe::Metrics;
use le_testkit::{ApiServer, Verb};
use prometheus_client::encoding::text;
use prometheus_client::registry::Registry;

use crate::clock::{HandClock, at};
use crate::replica::{LEASE, PATIENCE, Replica, sleep};

pub(crate) struct Scraped {
    pub(crate) registry: Registry,
    observers: Observers,
    clock: HandClock,
}

impl Scraped {
    pub(crate) fn new() -> Self {
        let mut registry = Registry::default();
        let observers = Observers::new().with(Metrics::register(&mut registry));
        Self { registry, observers, clock: HandClock::default() }
    }

    pub(crate) fn candidate(&self, bucket: &str) -> Observed {
        self.observers.candidate(bucket, "me", Arc::new(self.clock.clone()))
    }

    pub(crate) fn flush(&self) {
        assert!(self.observers.flush(PATIENCE));
    }

    fn scrape(&self) -> String {
        self.flush();
        let mut text = String::new();
        text::encode(&mut text, &self.registry).unwrap();
        text
    }
}

/// The lines that are no comments.
fn series(text: &str) -> Vec<&str> {
    text.lines().filter(|line| !line.starts_with('#')).collect()
}

#[track_caller]
fn has(text: &str, lines: &[&str]) {
    for line in lines {
        assert!(text.lines().any(|other| other == *line), "{line:?} is not in:\n{text}");
    }
}

fn value(text: &str, series: &str) -> f64 {
    let line = text.lines().find_map(|line| line.strip_prefix(series)?.strip_prefix(' '));
    line.unwrap_or_else(|| panic!("{series} is not in:\n{text}")).parse().unwrap()
}

#[test]
fn every_series_is_there_with_zero_before_the_first_election_and_none_comes_later() {
    let scraped = Scraped::new();
    let text = scraped.scrape();
    let alone = [
        "leader_election_buckets_led 0",
        "leader_election_buckets_without_leader 0",
        "leader_election_watches_lost_total 0",
        "leader_election_watches_regained_total 0",
        "leader_election_observer_facts_missed_total 0",
    ];
    has(&text, &alone);
    assert_eq!(series(&text).len(), 5, "as the docs say");

    let mut candidates = ["a", "b"].map(|bucket| scraped.candidate(bucket));
    let text = scraped.scrape();
    assert_eq!(series(&text).len(), 5 + 2 * 76, "as the docs say");
    let others: Vec<_> = series(&text).into_iter().filter(|line| !line.ends_with(" 0")).collect();
    let without: Vec<_> = others.iter().filter(|line| !line.ends_with(" 0.0")).collect();
    assert_eq!(without, [&"leader_election_buckets_without_leader 2"]);

    every_fact(&mut candidates[0], &scraped.clock);
    let names = |text: &str| -> BTreeSet<String> {
        series(text).iter().map(|line| line.rsplit_once(' ').unwrap().0.to_owned()).collect()
    };
    assert_eq!(names(&scraped.scrape()), names(&text), "nothing came, nothing went");
    drop(candidates);
    assert_eq!(names(&scraped.scrape()), names(&text));
}

/// Tells everything that can happen, once at least.
fn every_fact(candidate: &mut Observed, clock: &HandClock) {
    candidate.leader_seen(Some("other"));
    for reason in FailReason::ALL {
        candidate.attempt_failed(*reason, Duration::from_secs(1));
    }
    clock.set(3_000);
    for how in Won::ALL {
        candidate.leader_seen(Some("me"));
        candidate.began(FencingToken::new(1), *how, at(10_000));
        candidate.renewed(at(3_000), Duration::from_millis(30), at(12_000));
        candidate.slow_path();
    }
    candidate.drain_began();
    clock.set(5_000);
    let term = le_core::Term::standing(le_core::Bucket::whole("a"), FencingToken::NONE);
    candidate.drain_ended(&term.leadership());
    for reason in StopReason::ALL {
        candidate.stopped(*reason);
    }
}

#[test]
fn what_happened_is_counted_exactly() {
    let scraped = Scraped::new();
    let mut candidate = scraped.candidate("a");
    let _other = scraped.candidate("b");
    every_fact(&mut candidate, &scraped.clock);
    candidate.began(FencingToken::new(2), Won::Released, at(20_000));
    scraped.observers.watch_lost("default");
    scraped.observers.watch_regained("default");
    let text = scraped.scrape();
    has(
        &text,
        &[
            "leader_election_master_status{name=\"a\"} 1",
            "leader_election_master_status{name=\"b\"} 0",
            "leader_election_slowpath_total{name=\"a\"} 5",
            "leader_election_slowpath_total{name=\"b\"} 0",
            "leader_election_renewal_duration_seconds_count{name=\"a\"} 5",
            "leader_election_renewal_duration_seconds_bucket{le=\"0.025\",name=\"a\"} 0",
            "leader_election_renewal_duration_seconds_bucket{le=\"0.05\",name=\"a\"} 5",
            // 7 s of 10, each time.
            "leader_election_renewal_margin_seconds_sum{name=\"a\"} 35.0",
            "leader_election_renewal_margin_seconds_bucket{le=\"6.0\",name=\"a\"} 0",
            "leader_election_renewal_margin_seconds_bucket{le=\"8.0\",name=\"a\"} 5",
            // Only the first term followed another's.
            "leader_election_handover_duration_seconds_count{name=\"a\"} 1",
            "leader_election_handover_duration_seconds_sum{name=\"a\"} 3.0",
            "leader_election_drain_duration_seconds_sum{name=\"a\"} 2.0",
            "leader_election_drain_duration_seconds_bucket{le=\"+Inf\",name=\"b\"} 0",
            "leader_election_attempts_failed_total{name=\"a\",reason=\"timed_out\"} 1",
            "leader_election_attempts_failed_total{name=\"b\",reason=\"timed_out\"} 0",
            "leader_election_terms_begun_total{name=\"a\",how=\"released\"} 2",
            "leader_election_terms_begun_total{name=\"a\",how=\"standing\"} 1",
            "leader_election_terms_ended_total{name=\"a\",reason=\"deadline_passed\"} 1",
            "leader_election_buckets_led 1",
            "leader_election_buckets_without_leader 1",
            "leader_election_watches_lost_total 1",
            "leader_election_watches_regained_total 1",
            "# TYPE leader_election_master_status gauge",
            "# TYPE leader_election_slowpath counter",
            "# UNIT leader_election_last_renewal_timestamp_seconds seconds",
        ],
    );
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs_f64();
    let renewed = value(&text, "leader_election_last_renewal_timestamp_seconds{name=\"a\"}");
    assert!((now - 60.0..=now).contains(&renewed), "{renewed} at {now}");
    assert_eq!(value(&text, "leader_election_last_renewal_timestamp_seconds{name=\"b\"}"), 0.0);
}

#[test]
fn a_leadership_that_has_run_out_is_not_shown_though_nobody_noticed() {
    let scraped = Scraped::new();
    let mut candidate = scraped.candidate("a");
    candidate.began(FencingToken::new(1), Won::Free, at(10_000));
    scraped.clock.set(9_999);
    has(&scraped.scrape(), &["leader_election_master_status{name=\"a\"} 1", "leader_election_buckets_led 1"]);
    scraped.clock.set(10_000);
    has(&scraped.scrape(), &["leader_election_master_status{name=\"a\"} 0", "leader_election_buckets_led 0"]);
}

#[test]
fn a_candidate_that_begins_anew_goes_on_with_the_series_of_its_bucket() {
    let scraped = Scraped::new();
    for _ in 0..3 {
        let mut candidate = scraped.candidate("a");
        candidate.began(FencingToken::new(1), Won::Expired, at(10_000));
    }
    let text = scraped.scrape();
    assert_eq!(series(&text).len(), 5 + 76);
    has(&text, &["leader_election_terms_begun_total{name=\"a\",how=\"expired\"} 3"]);
    has(&text, &["leader_election_master_status{name=\"a\"} 0", "leader_election_buckets_without_leader 0"]);
}

#[tokio::test(start_paused = true)]
async fn an_election_over_leases_is_shown_by_the_one_who_leads_and_the_one_who_waits() {
    let server = ApiServer::new();
    let a = Replica::start(&server, "a");
    server.until_led(LEASE).by("a").await;
    let b = Replica::start(&server, "b");
    sleep(21).await;
    server.faults().rule().client("a").verb(Verb::Update).times(1).hang_before();
    sleep(9).await;
    let name = format!("{{name=\"{LEASE}\"}}");
    let of = |replica: &Replica, metric: &str| value(&replica.scrape(), &format!("{metric}{name}"));
    assert_eq!(
        [of(&a, "leader_election_master_status"), of(&b, "leader_election_master_status")],
        [1.0, 0.0]
    );
    assert_eq!(
        [of(&a, "leader_election_slowpath_total"), of(&b, "leader_election_slowpath_total")],
        [1.0, 0.0]
    );
    let renewals = of(&a, "leader_election_renewal_duration_seconds_count");
    assert!((13.0..=15.0).contains(&renewals), "{renewals} in 30 s, one every 2 s, and one that hung");
    let failed = format!("leader_election_attempts_failed_total{{name=\"{LEASE}\",reason=\"timed_out\"}}");
    assert_eq!(value(&a.scrape(), &failed), 1.0);
    has(&b.scrape(), &["leader_election_buckets_led 0", "leader_election_buckets_without_leader 0"]);

    a.stop.cancel();
    server.until_led(LEASE).by("b").await;
    sleep(1).await;
    assert_eq!(
        [of(&a, "leader_election_master_status"), of(&b, "leader_election_master_status")],
        [0.0, 1.0]
    );
    let begun = format!("leader_election_terms_begun_total{{name=\"{LEASE}\",how=\"released\"}}");
    let ended = format!("leader_election_terms_ended_total{{name=\"{LEASE}\",reason=\"told_to_stop\"}}");
    assert_eq!((value(&b.scrape(), &begun), value(&a.scrape(), &ended)), (1.0, 1.0));
    let handover = of(&b, "leader_election_handover_duration_seconds_sum");
    assert!(handover <= 0.3, "{handover}");
}
