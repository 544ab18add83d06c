//! Faults of watches.

use std::pin::pin;

use futures::{StreamExt, TryStreamExt};
use kube::ResourceExt;
use kube::runtime::{WatchStreamExt, watcher};
use le_testkit::{ApiServer, Verb};
use serde_json::json;
use tokio::time::Instant;

use crate::support::*;

#[tokio::test(start_paused = true)]
async fn a_cut_ends_the_watches_that_are_open_and_each_that_is_opened() {
    let server = ApiServer::new();
    let maps = config_maps(&server);
    let mut open = maps.watch(&quiet(300), "0").await.unwrap().boxed();
    nothing(&mut open).await;
    let rule = server.faults().rule().kind("ConfigMap").cut_watch();
    assert_eq!(next(&mut open).await, "end");
    let mut later = maps.watch(&quiet(300), "0").await.unwrap().boxed();
    assert_eq!(next(&mut later).await, "end");
    rule.remove();
    let mut last = maps.watch(&quiet(300), "0").await.unwrap().boxed();
    nothing(&mut last).await;
}

#[tokio::test(start_paused = true)]
async fn a_cut_of_open_watches_lets_later_ones_be() {
    let server = ApiServer::new();
    let maps = config_maps(&server);
    let mut open = maps.watch(&quiet(300), "0").await.unwrap().boxed();
    server.faults().rule().cut_open_watches();
    let mut later = maps.watch(&quiet(300), "0").await.unwrap().boxed();
    assert_eq!(next(&mut open).await, "end");
    nothing(&mut later).await;
}

#[tokio::test(start_paused = true)]
async fn a_cut_can_come_after_a_while() {
    let server = ApiServer::new();
    let maps = config_maps(&server);
    server.faults().rule().times(1).cut_watch_after(seconds(5));
    let start = Instant::now();
    let stream = maps.watch(&quiet(300), "0").await.unwrap();
    assert!(until_end(stream).await.is_empty());
    assert_eq!(start.elapsed(), seconds(5));
    let stream = maps.watch(&quiet(30), "0").await.unwrap();
    until_end(stream).await;
    assert_eq!(start.elapsed(), seconds(35), "the rule was spent");
}

/// A cut that was due kept the watch of a client that cannot hear of it busy, for ever, so that a paused clock stood still.
#[tokio::test(start_paused = true)]
async fn a_cut_that_is_due_while_its_client_is_cut_off_waits_quietly_and_is_heard_of_later() {
    let server = ApiServer::new();
    let maps = config_maps(&server);
    let mut stream = maps.watch(&quiet(300), "0").await.unwrap().boxed();
    server.faults().rule().cut_watch_after(seconds(80));
    nothing(&mut stream).await;
    server.faults().partition("a");
    let mut looks = 0_u32;
    let mut following = pin!(next(&mut stream));
    let mut cut_off = pin!(tokio::time::sleep(seconds(40)));
    std::future::poll_fn(|context| {
        looks += 1;
        assert!(looks < 100, "it is busy with nothing");
        assert!(following.as_mut().poll(context).is_pending(), "nothing gets through to whoever is cut off");
        cut_off.as_mut().poll(context)
    })
    .await;
    server.faults().heal("a");
    assert_eq!(following.await, "end");
}

#[tokio::test(start_paused = true)]
async fn a_silent_watch_brings_nothing_until_the_rule_is_removed() {
    let server = ApiServer::new();
    let maps = config_maps(&server);
    let mut stream = maps.watch(&quiet(3000), &server.version().to_string()).await.unwrap().boxed();
    let rule = server.faults().rule().client("a").silence_watch();
    maps.create(&post(), &config_map("x", json!({}))).await.unwrap();
    nothing(&mut stream).await;
    rule.remove();
    assert_eq!(next(&mut stream).await, "added x");
}

#[tokio::test(start_paused = true)]
async fn a_silent_watch_ends_when_its_time_is_up() {
    let server = ApiServer::new();
    let maps = config_maps(&server);
    maps.create(&post(), &config_map("x", json!({}))).await.unwrap();
    server.faults().rule().silence_watch();
    let start = Instant::now();
    assert!(until_end(maps.watch(&quiet(20), "0").await.unwrap()).await.is_empty());
    assert_eq!(start.elapsed(), seconds(20));
}

#[tokio::test(start_paused = true)]
async fn a_watch_can_be_refused_or_answered_with_garbage() {
    let server = ApiServer::new();
    let maps = config_maps(&server);
    server.faults().rule().verb(Verb::Watch).times(1).fail_before(403);
    assert_eq!(status(maps.watch(&quiet(10), "0").await.map(|_| ())).code, 403);
    server.faults().rule().verb(Verb::Watch).times(1).garbage();
    let events = until_end(maps.watch(&quiet(10), "0").await.unwrap()).await;
    assert!(events[0].contains("SerdeError"), "{events:?}");
}

#[tokio::test(start_paused = true)]
async fn kubes_watcher_gets_over_cuts_errors_and_garbage() {
    let server = ApiServer::new();
    let maps = config_maps(&server);
    let faults = server.faults();
    faults.rule().verb(Verb::List).times(2).fail_before(500);
    faults.rule().verb(Verb::Watch).times(2).fail_before(503);
    faults.rule().verb(Verb::Watch).times(1).garbage();
    faults.rule().times(3).cut_watch();
    let mut applied =
        pin!(watcher(maps.clone(), watcher::Config::default()).default_backoff().applied_objects());
    let follow = async {
        loop {
            if let Ok(Some(map)) = applied.try_next().await {
                return map.name_any();
            }
        }
    };
    let create = async {
        tokio::time::sleep(seconds(600)).await;
        maps.create(&post(), &config_map("x", json!({}))).await.unwrap();
    };
    let (seen, ()) = tokio::join!(follow, create);
    assert_eq!(seen, "x");
}
