//! Rounds of a duck that deletes pods.

use std::time::Duration;

use chaosduck::{Plan, What};
use le_testkit::Verb;
use regex::RegexSet;
use tokio::time::Instant;

use crate::bench::{cluster, lease, once, run, run_alone, words};

#[tokio::test(start_paused = true)]
async fn one_leader_of_each_component_is_deleted_and_its_leases_are_seen_to_change_hands() {
    let server = cluster();
    let (summary, said) = run(&server, once()).await;
    let summary = summary.unwrap();
    insta::assert_snapshot!(words(&said), @"
    db: deleted pod db-0, which held db.q.00-of-01
    web: deleted pod web-7d9c-bbbbb, which held web.q.01-of-02
    db: db.q.00-of-01 went from db-0_1 to db-1_1 in 0.050 s
    web: web.q.01-of-02 went from web-7d9c-bbbbb_1 to web-7d9c-aaaaa_1 in 0.050 s
    ");
    insta::assert_snapshot!(summary, @"
    COMPONENT  KILLS  HANDED OVER  P50     P90     MAX     NEVER BACK  NOTE
    db         1      1            0.050s  0.050s  0.050s  0
    web        1      1            0.050s  0.050s  0.050s  0
    ");
    assert!(summary.is_sound());
    let deleted = server.log().select(|entry| entry.verb() == Verb::Delete);
    assert_eq!(deleted.len(), 2);
    for entry in deleted {
        let body = entry.json().unwrap_or_default();
        assert!(body["preconditions"]["uid"].is_string(), "the pod that was seen, and no later one: {body}");
    }
}

#[tokio::test(start_paused = true)]
async fn rounds_go_on_with_one_to_three_periods_between_them() {
    let server = cluster();
    let duration = Some(Duration::from_secs(600));
    let (summary, said) = run(&server, Plan { duration, ..Plan { once: false, ..once() } }).await;
    let summary = summary.unwrap();
    // Each is 20 s to 60 s after the one before.
    assert!((10..=30).contains(&summary.rounds), "{summary:?}");
    // Nobody makes new pods here: a component that has lost all of them is told, again and again.
    assert!(said.iter().any(|what| matches!(what, What::NoPod { .. })), "{}", words(&said));
    assert!(summary.components["web"].untouched.is_some(), "{summary:?}");
    assert_eq!(summary.components["web"].kills, 2);
}

#[tokio::test(start_paused = true)]
async fn what_is_disabled_is_left_alone_and_told() {
    for plan in [
        Plan { disabled: vec!["web".to_owned()], ..once() },
        Plan { disabled_regex: RegexSet::new(["^w"]).unwrap(), ..once() },
    ] {
        let server = cluster();
        let (summary, said) = run(&server, plan).await;
        let summary = summary.unwrap();
        assert_eq!((summary.components["web"].kills, summary.components["db"].kills), (0, 1));
        assert!(words(&said).contains("web: not touched: disabled"), "{}", words(&said));
    }
}

#[tokio::test(start_paused = true)]
async fn leases_without_a_holder_or_a_pod_are_told() {
    let server = cluster();
    lease(&server, "free", "");
    lease(&server, "lost.q.00-of-01", "lost-7d9c-ccccc_1");
    lease(&server, "odd", "Not \u{1b}[31m a pod");
    let (summary, said) = run_alone(&server, Plan { bound: Duration::from_secs(5), ..once() }).await;
    let words = words(&said);
    for line in [
        "free has no holder",
        "lost.q.00-of-01 is held by lost-7d9c-ccccc_1, which is no pod that exists",
        "lost: not touched: its holder lost-7d9c-ccccc_1 is no pod that exists",
        "odd: not touched: its holder Not \\u{1b}[31m a pod can be no pod",
    ] {
        assert!(words.contains(line), "{line:?} is not in:\n{words}");
    }
    assert!(!words.contains('\u{1b}'));
    // And of those that were struck nobody took the Leases.
    let summary = summary.unwrap();
    assert!(!summary.is_sound());
    assert_eq!((summary.components["db"].never_came_back, summary.components["lost"].kills), (1, 0));
    assert!(words.contains("db: db.q.00-of-01 has had no new holder since db-0_1"), "{words}");
}

#[tokio::test(start_paused = true)]
async fn a_dry_run_says_what_it_would_do_and_does_nothing() {
    let server = cluster();
    let (summary, said) = run_alone(&server, Plan { dry_run: true, ..once() }).await;
    assert!(
        words(&said).contains("db: would have deleted pod db-0, which held db.q.00-of-01"),
        "{}",
        words(&said)
    );
    assert_eq!(summary.unwrap().components["db"].kills, 0);
    assert_eq!(server.log().count(|request| request.verb().is_write()), 0);
}

#[tokio::test(start_paused = true)]
async fn a_pod_that_may_not_be_read_is_known_by_its_name() {
    let server = cluster();
    server.faults().rule().client("duck").kind("Pod").verb(Verb::Get).fail_before(403);
    let (summary, _) = run(&server, once()).await;
    let summary = summary.unwrap();
    // db-0 has no two parts to lose: it stays what it is, as in the original.
    let components: Vec<&String> = summary.components.keys().collect();
    assert_eq!(components, ["db-0", "web"]);
    assert_eq!(summary.components["web"].handed_over, 1);
}

#[tokio::test(start_paused = true)]
async fn a_pod_that_goes_between_the_look_and_the_strike_is_no_error() {
    let server = cluster();
    server.faults().rule().client("duck").verb(Verb::Delete).fail_before(404);
    let (summary, said) = run_alone(&server, once()).await;
    assert!(words(&said).contains("db: not touched: db-0 was gone before it was struck"), "{}", words(&said));
    assert_eq!(summary.unwrap().components["db"].kills, 0);
}

#[tokio::test(start_paused = true)]
async fn without_the_right_to_strike_it_says_so_and_goes_on() {
    let server = cluster();
    server.faults().rule().client("duck").verb(Verb::Delete).fail_before(403);
    let (summary, said) = run_alone(&server, once()).await;
    let words = words(&said);
    assert!(words.contains("cannot delete the pod \"db-0\" in namespace \"acme\": not allowed"), "{words}");
    assert!(summary.unwrap().components["web"].untouched.is_some());
}

#[tokio::test(start_paused = true)]
async fn where_nothing_can_be_seen_it_ends_with_the_reason() {
    let server = cluster();
    server.faults().rule().client("duck").kind("Lease").fail_before(403);
    let (summary, _) = run_alone(&server, once()).await;
    let error = format!("{:#}", summary.unwrap_err());
    assert!(error.contains("cannot list leases in namespace \"acme\": not allowed"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_round_that_fails_is_told_and_the_next_one_is_tried() {
    let server = cluster();
    server.faults().rule().client("duck").kind("Lease").verb(Verb::List).after(1).times(1).fail_before(500);
    let plan = Plan { once: false, duration: Some(Duration::from_secs(100)), ..once() };
    let (summary, said) = run(&server, plan).await;
    assert!(said.iter().any(|what| matches!(what, What::Failed { .. })), "{}", words(&said));
    assert!(summary.unwrap().rounds >= 1);
}

#[tokio::test(start_paused = true)]
async fn without_a_watch_leases_are_read() {
    let server = cluster();
    server.faults().rule().client("duck").verb(Verb::Watch).fail_before(403);
    let began = Instant::now();
    let (summary, said) = run(&server, once()).await;
    let summary = summary.unwrap();
    assert_eq!(summary.components["db"].handed_over, 1, "{}", words(&said));
    assert!(summary.components["db"].max.is_some_and(|max| max < 2.0), "{summary:?}");
    assert!(began.elapsed() < Duration::from_secs(10));
}
