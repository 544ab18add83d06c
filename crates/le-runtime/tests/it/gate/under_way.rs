//! Writes that are under way when leadership is lost.

use std::time::Duration;

use kube::Client;
use kube::api::PostParams;
use kube::client::retry::RetryPolicy;
use le_core::StopReason;
use le_runtime::{GateError, LeadershipExt};
use le_testkit::{Answer, ApiServer};
use tokio::time::{Instant, advance, sleep, timeout};
use tower::retry::RetryLayer;
use tower::{BoxError, ServiceBuilder};

use super::{gate_error, map, maps, term, term_for};

const SECOND: Duration = Duration::from_secs(1);

/// A client that retries 429, 503 and 504 as kube's own does.
fn retrying(server: &ApiServer) -> Client {
    let retry = RetryLayer::new(RetryPolicy::server_retry());
    let service = ServiceBuilder::new().layer(retry).map_err(BoxError::from).service(server.service("a"));
    Client::new(service, "default")
}

#[tokio::test(start_paused = true)]
async fn a_write_that_nobody_answers_is_given_up_at_the_moment_of_the_loss() {
    let server = ApiServer::new();
    server.faults().rule().client("a").writes().hang_before();
    let (term, leadership) = term(7);
    let maps = maps(leadership.client(&server.client("a")));
    let began = Instant::now();
    let lost = async {
        sleep(3 * SECOND).await;
        term.end(StopReason::DeadlinePassed);
    };
    let (params, map) = (PostParams::default(), map("one"));
    let write = timeout(60 * SECOND, maps.create(&params, &map));
    let (error, ()) = tokio::join!(write, lost);
    assert_eq!(began.elapsed(), 3 * SECOND);
    let error = error.unwrap().unwrap_err();
    let GateError::LostMeanwhile { method, path, source, .. } = gate_error(&error) else {
        panic!("{error:?}")
    };
    assert_eq!((method.as_str(), path.as_str()), ("POST", "/api/v1/namespaces/default/configmaps"));
    assert_eq!((source.bucket.as_str(), source.since), ("b", Duration::ZERO));
    assert_eq!(
        gate_error(&error).to_string(),
        "POST /api/v1/namespaces/default/configmaps was given up on its way, since bucket \"b\" was lost: the server may \
         or may not have applied it; leave its keys to its new leader"
    );
}

#[tokio::test(start_paused = true)]
async fn a_write_that_was_applied_and_not_answered_before_the_loss_is_unknown() {
    let server = ApiServer::new();
    server.faults().rule().client("a").writes().delay_answer(10 * SECOND);
    let (term, leadership) = term(7);
    let gated = maps(leadership.client(&server.client("a")));
    let began = Instant::now();
    let write = tokio::spawn(async move { gated.create(&PostParams::default(), &map("one")).await });
    sleep(3 * SECOND).await;
    term.end(StopReason::DeadlinePassed);
    let error = write.await.unwrap().unwrap_err();
    assert!(matches!(gate_error(&error), GateError::LostMeanwhile { .. }), "{error:?}");
    assert_eq!(began.elapsed(), 3 * SECOND);
    assert!(maps(server.client("b")).get_opt("one").await.unwrap().is_some(), "which is why it is unknown");
}

#[tokio::test(start_paused = true)]
async fn a_write_that_waits_before_it_is_sent_is_taken_back_at_the_loss() {
    let server = ApiServer::new();
    server.faults().rule().client("a").writes().delay(5 * SECOND);
    let (term, leadership) = term(7);
    let gated = maps(leadership.client(&server.client("a")));
    let write = tokio::spawn(async move { gated.create(&PostParams::default(), &map("one")).await });
    sleep(3 * SECOND).await;
    term.end(StopReason::DeadlinePassed);
    assert!(GateError::of(&write.await.unwrap().unwrap_err()).is_some());
    sleep(60 * SECOND).await;
    assert!(maps(server.client("b")).get_opt("one").await.unwrap().is_none());
}

#[tokio::test(start_paused = true)]
async fn retries_stop_at_the_loss() {
    for status in [429, 503, 504] {
        let server = ApiServer::new();
        server.faults().rule().client("a").answer(Answer::status(status).header("retry-after", "1"));
        let (term, leadership) = term(7);
        let gated = maps(leadership.client(&retrying(&server)));
        let write = tokio::spawn(async move { gated.create(&PostParams::default(), &map("one")).await });
        sleep(Duration::from_millis(4_500)).await;
        let before = server.log().len();
        assert!(before >= 4, "it does retry: {before}");
        term.end(StopReason::DeadlinePassed);
        let error = write.await.unwrap().unwrap_err();
        assert!(matches!(gate_error(&error), GateError::LostMeanwhile { .. }), "{error:?}");
        sleep(3600 * SECOND).await;
        assert_eq!(server.log().len(), before);
    }
}

#[tokio::test(start_paused = true)]
async fn a_retry_finds_that_the_right_has_run_out_although_nobody_told() {
    let server = ApiServer::new();
    server.faults().rule().client("a").answer(Answer::status(503).header("retry-after", "2"));
    let (term, leadership) = term_for(Duration::from_secs(5));
    let gated = maps(leadership.client(&retrying(&server)));
    let write = tokio::spawn(async move { gated.create(&PostParams::default(), &map("one")).await });
    let error = write.await.unwrap().unwrap_err();
    assert!(matches!(gate_error(&error), GateError::LostMeanwhile { .. }), "{error:?}");
    let last = server.log().entries().last().unwrap().at();
    assert!(last < 5 * SECOND && server.elapsed() < 8 * SECOND, "{last:?} {:?}", server.elapsed());
    assert_eq!(leadership.stop_reason(), None);
    drop(term);
}

#[tokio::test(start_paused = true)]
async fn whoever_gives_up_first_takes_the_write_back() {
    let server = ApiServer::new();
    server.faults().rule().client("a").writes().delay(5 * SECOND);
    let (_term, leadership) = term(7);
    let gated = maps(leadership.client(&server.client("a")));
    let given_up = timeout(SECOND, gated.create(&PostParams::default(), &map("one"))).await;
    assert!(given_up.is_err());
    advance(60 * SECOND).await;
    assert!(maps(server.client("b")).get_opt("one").await.unwrap().is_none());
}

#[tokio::test(start_paused = true)]
async fn other_buckets_do_not_notice() {
    let server = ApiServer::new();
    server.faults().rule().writes().delay(5 * SECOND);
    let ((lost, of_lost), (_held, of_held)) = (term(7), term(8));
    let [one, two] = [&of_lost, &of_held].map(|leadership| maps(leadership.client(&server.client("a"))));
    let one = tokio::spawn(async move { one.create(&PostParams::default(), &map("one")).await });
    let two = tokio::spawn(async move { two.create(&PostParams::default(), &map("two")).await });
    sleep(SECOND).await;
    lost.end(StopReason::Replaced);
    assert!(GateError::of(&one.await.unwrap().unwrap_err()).is_some());
    two.await.unwrap().unwrap();
}
