//! Faults by rule.

use std::time::Duration;

use kube::api::ListParams;
use le_testkit::{Answer, ApiServer, Verb};
use tokio::time::{Instant, sleep, timeout};

use crate::support::*;

#[tokio::test(start_paused = true)]
async fn a_failure_before_the_write_leaves_nothing_and_one_after_it_leaves_everything() {
    let server = ApiServer::new();
    let leases = leases(&server, "a");
    server.faults().rule().verb(Verb::Create).times(1).fail_before(500);
    assert_eq!(status(leases.create(&post(), &lease("x", "me")).await).code, 500);
    assert!(leases.get_opt("x").await.unwrap().is_none());
    server.faults().rule().verb(Verb::Create).times(1).fail_after(500);
    assert_eq!(status(leases.create(&post(), &lease("x", "me")).await).code, 500);
    assert!(leases.get_opt("x").await.unwrap().is_some());
}

#[tokio::test(start_paused = true)]
async fn a_rule_is_about_the_client_verb_kind_namespace_and_name_that_it_names() {
    let server = ApiServer::new();
    let rule = server
        .faults()
        .rule()
        .client("a")
        .verb(Verb::Get)
        .kind("Lease")
        .namespace("default")
        .name("x")
        .fail_before(503);
    for name in ["x", "y"] {
        leases(&server, "b").create(&post(), &lease(name, "me")).await.unwrap();
    }
    config_maps(&server).create(&post(), &config_map("x", serde_json::json!({}))).await.unwrap();
    assert_eq!(status(leases(&server, "a").get("x").await).code, 503);
    leases(&server, "a").get("y").await.unwrap();
    leases(&server, "b").get("x").await.unwrap();
    leases(&server, "a").list(&ListParams::default()).await.unwrap();
    config_maps(&server).get("x").await.unwrap();
    assert_eq!(rule.strikes(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_creation_has_the_name_in_its_body() {
    let server = ApiServer::new();
    server.faults().rule().name("x").fail_before(500);
    assert_eq!(status(leases(&server, "a").create(&post(), &lease("x", "me")).await).code, 500);
    leases(&server, "a").create(&post(), &lease("y", "me")).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_rule_strikes_as_often_as_it_says() {
    let server = ApiServer::new();
    let leases = leases(&server, "a");
    leases.create(&post(), &lease("x", "me")).await.unwrap();
    let mut pattern = String::new();
    let rule = server.faults().rule().verb(Verb::Get).after(1).every(3).times(2).fail_before(500);
    for _ in 0..10 {
        pattern.push(if leases.get("x").await.is_ok() { '.' } else { 'x' });
    }
    assert_eq!(pattern, ".x..x.....");
    assert_eq!(rule.strikes(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_removed_rule_strikes_no_more() {
    let server = ApiServer::new();
    let leases = leases(&server, "a");
    let (one, two) = (server.faults().rule().fail_before(500), server.faults().rule().fail_before(503));
    assert_eq!(status(leases.list(&ListParams::default()).await).code, 500);
    one.remove();
    assert_eq!(status(leases.list(&ListParams::default()).await).code, 503);
    assert_eq!((one.strikes(), two.strikes()), (0, 1));
    server.faults().clear();
    leases.list(&ListParams::default()).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_rule_can_look_into_the_body() {
    let server = ApiServer::new();
    let leases = leases(&server, "a");
    let release = |request: &le_testkit::Request| {
        request.json().is_some_and(|body| body["spec"]["holderIdentity"] == "")
    };
    server.faults().rule().writes().matching(release).fail_before(500);
    let mut made = leases.create(&post(), &lease("x", "me")).await.unwrap();
    made.spec.as_mut().unwrap().holder_identity = Some(String::new());
    assert_eq!(status(leases.replace("x", &post(), &made).await).code, 500);
}

#[tokio::test(start_paused = true)]
async fn a_delay_takes_virtual_time_and_delays_add_up() {
    let server = ApiServer::new();
    server.faults().rule().delay(seconds(3));
    server.faults().rule().client("a").delay(seconds(4));
    let start = Instant::now();
    leases(&server, "a").create(&post(), &lease("x", "me")).await.unwrap();
    assert_eq!(start.elapsed(), seconds(7));
}

#[tokio::test(start_paused = true)]
async fn a_delayed_write_is_taken_back_by_a_client_that_gives_up_and_a_delayed_answer_is_not() {
    let server = ApiServer::new();
    let leases = leases(&server, "a");
    server.faults().rule().verb(Verb::Create).times(1).delay(seconds(10));
    assert!(timeout(seconds(1), leases.create(&post(), &lease("x", "me"))).await.is_err());
    sleep(seconds(60)).await;
    assert!(leases.get_opt("x").await.unwrap().is_none());
    server.faults().rule().verb(Verb::Create).times(1).delay_answer(seconds(10));
    assert!(timeout(seconds(1), leases.create(&post(), &lease("x", "me"))).await.is_err());
    assert!(leases.get_opt("x").await.unwrap().is_some());
}

#[tokio::test(start_paused = true)]
async fn a_request_that_is_never_answered_is_applied_or_not_as_the_rule_says() {
    let server = ApiServer::new();
    let leases = leases(&server, "a");
    server.faults().rule().name("before").verb(Verb::Create).hang_before();
    server.faults().rule().name("after").verb(Verb::Create).hang_after();
    for name in ["before", "after"] {
        let day = Duration::from_secs(86_400);
        assert!(timeout(day, leases.create(&post(), &lease(name, "me"))).await.is_err());
    }
    assert!(leases.get_opt("before").await.unwrap().is_none());
    assert!(leases.get_opt("after").await.unwrap().is_some());
}

#[tokio::test(start_paused = true)]
async fn a_late_write_is_applied_although_its_sender_gave_up() {
    let server = ApiServer::new();
    let leases = leases(&server, "a");
    server.faults().rule().verb(Verb::Create).times(1).apply_late(seconds(10));
    let start = Instant::now();
    assert!(timeout(seconds(2), leases.create(&post(), &lease("x", "me"))).await.is_err());
    assert!(leases.get_opt("x").await.unwrap().is_none());
    server.until_led("x").await;
    assert_eq!(start.elapsed(), seconds(10));
}

#[tokio::test(start_paused = true)]
async fn a_connection_can_fail_before_and_after_the_write() {
    let server = ApiServer::new();
    let leases = leases(&server, "a");
    server.faults().rule().verb(Verb::Create).times(1).refuse();
    let error = leases.create(&post(), &lease("x", "me")).await.unwrap_err();
    assert!(matches!(error, kube::Error::Service(_)), "{error:?}");
    assert!(leases.get_opt("x").await.unwrap().is_none());
    server.faults().rule().verb(Verb::Create).times(1).break_after();
    assert!(leases.create(&post(), &lease("x", "me")).await.is_err());
    assert!(leases.get_opt("x").await.unwrap().is_some());
}

#[tokio::test(start_paused = true)]
async fn an_answer_can_be_made_up() {
    let server = ApiServer::new();
    server.faults().rule().times(1).answer(Answer::status(429).header("retry-after", "7"));
    let answer = raw(&server, http::Method::GET, LEASES, "").await;
    assert_eq!((answer.code, answer.headers["retry-after"].to_str().unwrap()), (429, "7"));
    assert_eq!(answer.json["reason"], "TooManyRequests");
    server.faults().rule().times(1).answer(Answer::status(200).body("hello"));
    let error = leases(&server, "a").list(&ListParams::default()).await.unwrap_err();
    assert!(matches!(error, kube::Error::SerdeError(_)), "{error:?}");
    for code in [401, 403, 404, 409, 410, 422, 500, 503, 504] {
        server.faults().rule().times(1).answer(Answer::status(code));
        assert_eq!(status(leases(&server, "a").list(&ListParams::default()).await).code, code);
    }
}

#[tokio::test(start_paused = true)]
#[should_panic(expected = "is no HTTP status")]
async fn an_answer_has_a_status_that_http_knows() {
    let _ = Answer::status(7);
}

#[tokio::test(start_paused = true)]
async fn garbage_and_a_cut_answer_are_errors_of_a_write_that_was_applied() {
    let server = ApiServer::new();
    let leases = leases(&server, "a");
    server.faults().rule().verb(Verb::Create).times(1).garbage();
    let error = leases.create(&post(), &lease("x", "me")).await.unwrap_err();
    assert!(matches!(error, kube::Error::SerdeError(_)), "{error:?}");
    server.faults().rule().verb(Verb::Create).times(1).truncate();
    leases.create(&post(), &lease("y", "me")).await.unwrap_err();
    assert_eq!(leases.list(&ListParams::default()).await.unwrap().items.len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_test_can_wait_for_a_rule_to_strike() {
    let server = ApiServer::new();
    let rule = server.faults().rule().verb(Verb::Create).fail_before(500);
    let leases = leases(&server, "a");
    let sender = tokio::spawn(async move {
        for second in 1..=3 {
            sleep(seconds(second)).await;
            leases.create(&post(), &lease("x", "me")).await.unwrap_err();
        }
    });
    let start = Instant::now();
    rule.until_struck(2).await;
    assert_eq!(start.elapsed(), seconds(3));
    sender.await.unwrap();
}
