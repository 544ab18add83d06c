//! What passes, and until when.

use std::time::Duration;

use futures::{StreamExt, TryStreamExt};
use http::Request;
use kube::Client;
use kube::api::{ListParams, Patch, PatchParams, PostParams, WatchEvent, WatchParams};
use kube::client::Body;
use le_core::{Bucket, FencingToken, Leadership, Moment, StopReason, Term};
use le_runtime::{GateError, LeadershipExt};
use le_testkit::ApiServer;
use tokio::time::{Instant, advance, sleep};

use super::{gate_error, map, maps, recorder, term, term_for};

#[tokio::test(start_paused = true)]
async fn reads_pass_after_the_loss() {
    let server = ApiServer::new();
    maps(server.client("other")).create(&PostParams::default(), &map("one")).await.unwrap();
    let (term, leadership) = term(7);
    let client = leadership.client(&server.client("a"));
    term.end(StopReason::Replaced);

    let maps = maps(client.clone());
    assert_eq!(maps.get("one").await.unwrap().metadata.name.as_deref(), Some("one"));
    assert_eq!(maps.list(&ListParams::default()).await.unwrap().items.len(), 1);
    for method in ["GET", "HEAD", "OPTIONS"] {
        let request = Request::builder().method(method).uri("/version").body(Body::empty()).unwrap();
        client.send(request).await.unwrap();
    }
    assert_eq!(server.log().count(|request| request.client() == "a"), 5);
}

#[tokio::test(start_paused = true)]
async fn a_watch_and_a_read_under_way_are_not_cut_at_the_loss() {
    let server = ApiServer::new();
    let slow = Duration::from_secs(5);
    server.faults().rule().client("a").name("one").delay(slow);
    let (term, leadership) = term(7);
    let maps_of_a = maps(leadership.client(&server.client("a")));
    let mut watch = maps_of_a.watch(&WatchParams::default().disable_bookmarks(), "0").await.unwrap().boxed();
    let (began, slow_read) = (Instant::now(), tokio::spawn(async move { maps_of_a.get_opt("one").await }));
    sleep(Duration::from_secs(1)).await;
    term.end(StopReason::Replaced);

    maps(server.client("b")).create(&PostParams::default(), &map("one")).await.unwrap();
    let event = watch.try_next().await.unwrap();
    assert!(matches!(event, Some(WatchEvent::Added(_))), "{event:?}");
    assert!(slow_read.await.unwrap().unwrap().is_some());
    assert_eq!(began.elapsed(), slow);
}

#[tokio::test(start_paused = true)]
async fn the_right_is_asked_for_at_each_write() {
    let server = ApiServer::new();
    let (term, leadership) = term(7);
    let maps = maps(leadership.client(&server.client("a")));
    maps.create(&PostParams::default(), &map("one")).await.unwrap();
    // While the work drains the right still holds, and what is in hand may be finished.
    term.tell_to_stop();
    maps.create(&PostParams::default(), &map("two")).await.unwrap();
    term.end(StopReason::ToldToStop);
    let error = maps.create(&PostParams::default(), &map("three")).await.unwrap_err();
    assert!(matches!(gate_error(&error), GateError::NotLeading { .. }), "{error:?}");
    assert_eq!(server.log().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_right_that_has_run_out_by_the_clock_is_none_although_nobody_told() {
    let server = ApiServer::new();
    let (term, leadership) = term_for(Duration::from_secs(10));
    let maps = maps(leadership.client(&server.client("a")));
    advance(Duration::from_nanos(9_999_999_999)).await;
    maps.create(&PostParams::default(), &map("one")).await.unwrap();
    advance(Duration::from_secs(2)).await;
    let error = maps.create(&PostParams::default(), &map("two")).await.unwrap_err();
    let GateError::NotLeading { method, path, source, .. } = gate_error(&error) else { panic!("{error:?}") };
    assert_eq!((method.as_str(), path.as_str()), ("POST", "/api/v1/namespaces/default/configmaps"));
    assert_eq!(source.since, Duration::from_nanos(1_999_999_999));
    assert_eq!(server.log().len(), 1);
    assert_eq!(leadership.stop_reason(), None);
    drop(term);
}

#[tokio::test(start_paused = true)]
async fn a_renewal_opens_the_gate_for_longer() {
    let server = ApiServer::new();
    let (term, leadership) = term_for(Duration::from_secs(10));
    let maps = maps(leadership.client(&server.client("a")));
    advance(Duration::from_secs(9)).await;
    term.extend(Moment::ORIGIN + Duration::from_secs(20));
    advance(Duration::from_secs(9)).await;
    maps.create(&PostParams::default(), &map("one")).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn who_leads_unopposed_writes_as_without_a_gate() {
    #[derive(Debug)]
    struct Still;
    impl le_core::Clock for Still {
        fn now(&self) -> Moment {
            Moment::ORIGIN
        }
    }
    let term =
        Term::begin(Bucket::universal(), FencingToken::NONE, Moment::NEVER, std::sync::Arc::new(Still));
    let server = ApiServer::new();
    let maps = maps(term.leadership().client(&server.client("a")));
    maps.create(&PostParams::default(), &map("one")).await.unwrap();
    let patch = Patch::Merge(serde_json::json!({ "data": { "a": "b" } }));
    assert!(maps.patch("one", &PatchParams::default(), &patch).await.unwrap().data.is_some());
}

#[tokio::test]
async fn a_gated_client_keeps_what_the_client_knows() {
    let until = Some("2026-01-02T03:04:05Z".parse().unwrap());
    let client = ApiServer::new().client_in("a", "somewhere").with_valid_until(until);
    let (_term, leadership) = term(7);
    let gated: Client = leadership.client(&client);
    assert_eq!((gated.default_namespace(), *gated.valid_until()), ("somewhere", until));
}

#[tokio::test]
async fn the_leadership_lives_as_long_as_a_client_of_its() {
    let (client, seen) = recorder();
    let (term, leadership) = term(7);
    let gated = leadership.client(&client);
    let weak: Leadership = leadership.clone();
    drop(leadership);
    maps(gated.clone()).delete("one", &kube::api::DeleteParams::default()).await.unwrap();
    drop(term);
    maps(gated).delete("one", &kube::api::DeleteParams::default()).await.unwrap_err();
    assert_eq!((seen.lock().unwrap().len(), weak.is_valid()), (1, false));
}
