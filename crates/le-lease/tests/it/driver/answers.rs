//! Answers that are no answers: hanging, slow, late, cut, garbage, refused connections.

use le_core::StopReason;
use le_testkit::{ApiServer, Fault, Rule, Verb};

use super::bench::{Act, Journal, Replica, Setup, builder_on};
use super::look::{count, last_write, millis, promotions, reports, secs, since, sleep};

type Damage = (&'static str, fn(Rule) -> Fault);

const DAMAGES: [Damage; 9] = [
    ("never answered", |rule| rule.hang_before()),
    ("applied and never answered", |rule| rule.hang_after()),
    ("slower than an attempt", |rule| rule.delay(secs(7))),
    ("applied and answered too late", |rule| rule.delay_answer(secs(7))),
    ("refused", |rule| rule.refuse()),
    ("applied, then broken", |rule| rule.break_after()),
    ("applied, then garbage", |rule| rule.garbage()),
    ("applied, then cut in the middle", |rule| rule.truncate()),
    ("applied, then an error", |rule| rule.fail_after(500)),
];

/// A leader `a`, and `b` that waits, half a minute later.
async fn led() -> (ApiServer, Journal, Replica, Replica) {
    let (server, journal) = (ApiServer::new(), Journal::new());
    let a = Replica::start(&server, &journal, "a");
    journal.until_promoted("a").await;
    let b = Replica::start(&server, &journal, "b");
    sleep(secs(33)).await;
    (server, journal, a, b)
}

#[tokio::test(start_paused = true)]
async fn a_leader_survives_one_renewal_that_goes_wrong() {
    for (what, damage) in DAMAGES {
        let (server, journal, _a, _b) = led().await;
        damage(server.faults().rule().client("a").verb(Verb::Update).times(1));
        sleep(secs(60)).await;
        assert!(journal.valid("a").is_some(), "{what}");
        assert_eq!((promotions(&journal, "a"), promotions(&journal, "b")), (1, 0), "{what}");
        assert!(reports(&journal, "a", "another process").is_empty(), "{what}");
        assert_eq!(reports(&journal, "a", "requests succeed again").len(), 1, "{what}");
    }
}

#[tokio::test(start_paused = true)]
async fn renewals_that_always_go_wrong_end_the_term_exactly_a_renew_deadline_after_the_last_good_one_was_sent()
 {
    for (what, damage) in DAMAGES {
        let (server, journal, _a, _b) = led().await;
        let sent = last_write(&server, "a");
        let from = journal.now();
        damage(server.faults().rule().client("a").verb(Verb::Update));
        let demoted = journal.until("a", |act| matches!(act, Act::Demoted(_))).await;
        assert_eq!(demoted.act, Act::Demoted(Some(StopReason::DeadlinePassed)), "{what}");
        assert_eq!(demoted.at.as_millis(), (sent + secs(10)).as_millis(), "{what}");
        sleep(secs(60)).await;
        let requests = since(&server, "a", from);
        assert!(requests <= 60, "{what}: {requests} in a minute");
        // Also where the renewals of `a` are applied, unknown to it: it gives way.
        assert_eq!(promotions(&journal, "b"), 1, "{what}");
        assert!(reports(&journal, "a", "another process").is_empty(), "{what}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_creation_that_goes_wrong_once_is_got_over() {
    for (what, damage) in DAMAGES {
        let (server, journal) = (ApiServer::new(), Journal::new());
        damage(server.faults().rule().client("a").verb(Verb::Create).times(1));
        let _a = Replica::start(&server, &journal, "a");
        let promoted = journal.until_promoted("a").await;
        assert!(promoted.at <= secs(5), "{what}: {promoted:?}");
        sleep(secs(60)).await;
        assert!(journal.valid("a").is_some(), "{what}");
        assert!(reports(&journal, "a", "another process").is_empty(), "{what}");
    }
}

#[tokio::test(start_paused = true)]
async fn everything_going_wrong_for_an_hour_costs_little_and_is_got_over() {
    for (what, damage) in DAMAGES {
        let (server, journal) = (ApiServer::new(), Journal::new());
        let fault = damage(server.faults().rule().client("a"));
        let _a = Replica::start(&server, &journal, "a");
        sleep(secs(600)).await;
        let from = server.elapsed();
        sleep(secs(60)).await;
        let requests = since(&server, "a", from);
        assert!(requests <= 66, "{what}: {requests} in a minute");
        fault.remove();
        let healed = journal.now();
        let promoted = journal.until_promoted("a").await;
        assert!(promoted.at.saturating_sub(healed) <= secs(18), "{what}: {promoted:?} {healed:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_renewal_that_is_applied_after_its_sender_gave_up_is_known_as_its_own() {
    for delay in 0..40 {
        let (server, journal, _a, _b) = led().await;
        let late = server
            .faults()
            .rule()
            .client("a")
            .verb(Verb::Update)
            .times(1)
            .apply_late(millis(100 + 250 * delay));
        late.until_struck(1).await;
        sleep(secs(60)).await;
        assert_eq!((promotions(&journal, "a"), promotions(&journal, "b")), (1, 0), "{delay}");
        assert!(reports(&journal, "a", "another process").is_empty(), "{delay}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_creation_that_is_applied_after_its_sender_gave_up_makes_no_second_leader() {
    for delay in 0..40 {
        let (server, journal) = (ApiServer::new(), Journal::new());
        server.faults().rule().client("a").verb(Verb::Create).times(1).apply_late(millis(100 + 250 * delay));
        let _a = Replica::start(&server, &journal, "a");
        sleep(millis(50)).await;
        let _b = Replica::start(&server, &journal, "b");
        sleep(secs(60)).await;
        assert_eq!(promotions(&journal, "a") + promotions(&journal, "b"), 1, "{delay}");
        assert!(reports(&journal, "a", "another process").is_empty(), "{delay}");
    }
}

#[tokio::test(start_paused = true)]
async fn answers_that_take_most_of_an_attempt_are_lived_with() {
    let (server, journal, _a, _b) = led().await;
    server.faults().rule().client("a").delay_answer(millis(1900));
    sleep(secs(600)).await;
    assert_eq!((promotions(&journal, "a"), promotions(&journal, "b")), (1, 0));
    let leadership = journal.valid("a").unwrap();
    let from = count(&server, "a", Verb::Update);
    while count(&server, "a", Verb::Update) == from {
        sleep(millis(1)).await;
    }
    sleep(millis(1950)).await;
    let remaining = leadership.remaining();
    assert!(remaining <= millis(8100) && remaining > secs(8), "counted from when it was sent: {remaining:?}");
}

#[tokio::test(start_paused = true)]
async fn a_partition_that_heals_changes_nothing_for_whoever_did_not_lead() {
    let (server, journal, _a, _b) = led().await;
    for _ in 0..5 {
        server.faults().partition("b");
        sleep(secs(97)).await;
        server.faults().heal("b");
        sleep(secs(53)).await;
    }
    assert_eq!((promotions(&journal, "a"), promotions(&journal, "b")), (1, 0));
}

#[tokio::test(start_paused = true)]
async fn a_short_partition_of_the_leader_is_survived() {
    let (server, journal, _a, _b) = led().await;
    for _ in 0..10 {
        server.faults().partition("a");
        sleep(secs(6)).await;
        server.faults().heal("a");
        sleep(secs(13)).await;
    }
    assert_eq!((promotions(&journal, "a"), promotions(&journal, "b")), (1, 0));
}

#[tokio::test(start_paused = true)]
async fn retries_inside_the_client_never_hold_an_attempt_past_its_time() {
    for status in [429, 503, 504] {
        let (server, journal) = (ApiServer::new(), Journal::new());
        let retries = tower::retry::RetryLayer::new(kube::client::retry::RetryPolicy::server_retry());
        let service = tower::ServiceBuilder::new()
            .layer(retries)
            .map_err(Into::<Box<dyn std::error::Error + Send + Sync>>::into)
            .service(server.service("a"));
        let setup = Setup::default();
        let builder = builder_on(kube::Client::new(service, "default"), &journal, "a", &setup);
        let _a = Replica::start_from(&builder, &journal, "a", &setup);
        journal.until_promoted("a").await;
        let _b = Replica::start(&server, &journal, "b");
        sleep(secs(31)).await;
        // The hour that the server asks for would outlast the Lease many times.
        let later = le_testkit::Answer::status(status).header("retry-after", "3600");
        server.faults().rule().client("a").verb(Verb::Update).times(1).answer(later);
        sleep(secs(120)).await;
        assert!(journal.valid("a").is_some(), "{status}");
        assert_eq!((promotions(&journal, "a"), promotions(&journal, "b")), (1, 0), "{status}");
    }
}
