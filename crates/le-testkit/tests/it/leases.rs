//! Leases that a stranger takes, and frees.

use std::future::IntoFuture;
use std::time::Duration;

use kube::api::Api;
use le_testkit::ApiServer;
use serde_json::json;
use tokio::time::{Instant, sleep, timeout};

use crate::support::*;

#[tokio::test(start_paused = true)]
async fn a_lease_that_is_taken_has_another_holder_and_its_watches_see_it() {
    let server = ApiServer::new();
    let leases = leases(&server, "a");
    let before = leases.create(&post(), &lease("x", "me")).await.unwrap();
    let version = before.metadata.resource_version.clone().unwrap();
    let mut watch = Box::pin(leases.watch(&quiet(290), &version).await.unwrap());
    sleep(seconds(7)).await;
    server.take_lease("x", "stranger", Duration::from_millis(14_500));
    assert_eq!(server.until_led("x").by("stranger").await, "stranger");
    assert_eq!(next(&mut watch).await, "modified x");
    let before_it = timeout(seconds(60), server.until_led("x").by("a").into_future()).await;
    assert!(before_it.is_err(), "the client that wrote the holder before leads no more");
    let after = leases.get("x").await.unwrap();
    assert_ne!(after.metadata.resource_version, before.metadata.resource_version);
    assert_eq!(after.metadata.uid, before.metadata.uid);
    let spec = after.spec.unwrap();
    assert_eq!((spec.lease_duration_seconds, spec.lease_transitions), (Some(15), Some(1)));
    let created = before.metadata.creation_timestamp.unwrap().0;
    let renewed = spec.renew_time.unwrap().0;
    assert_eq!(spec.acquire_time.unwrap().0, renewed);
    assert!((7..9).contains(&renewed.duration_since(created).as_secs()));
    assert_eq!(server.log().len(), 3, "a stranger sends no request");
}

#[tokio::test(start_paused = true)]
async fn a_lease_that_is_freed_has_no_holder() {
    let server = ApiServer::new();
    let leases = leases(&server, "a");
    leases.create(&post(), &lease("x", "me")).await.unwrap();
    let begun = Instant::now();
    let free = async {
        sleep(seconds(5)).await;
        server.free_lease("x");
    };
    tokio::join!(server.until_free("x"), free);
    assert_eq!(begun.elapsed(), seconds(5));
    let spec = leases.get("x").await.unwrap().spec.unwrap();
    assert_eq!((spec.holder_identity.as_deref(), spec.lease_transitions), (Some(""), Some(0)));
    server.take_lease("x", "stranger", Duration::MAX);
    assert_eq!(leases.get("x").await.unwrap().spec.unwrap().lease_duration_seconds, Some(i32::MAX));
}

#[tokio::test(start_paused = true)]
async fn the_holder_that_was_cannot_renew_under_the_version_that_it_knows() {
    let server = ApiServer::new();
    let leases = leases(&server, "a");
    let mine = leases.create(&post(), &lease("x", "me")).await.unwrap();
    server.take_lease("x", "stranger", seconds(15));
    assert_eq!(status(leases.replace("x", &post(), &mine).await).code, 409);
}

#[tokio::test(start_paused = true)]
async fn leases_of_one_name_are_taken_in_every_namespace() {
    let server = ApiServer::new();
    server.create_namespace("other");
    leases(&server, "a").create(&post(), &lease("x", "me")).await.unwrap();
    let there: Api<k8s_openapi::api::coordination::v1::Lease> = Api::namespaced(server.client("a"), "other");
    there.create(&post(), &typed(json!({ "metadata": { "name": "x" } }))).await.unwrap();
    there.create(&post(), &lease("y", "me")).await.unwrap();
    server.take_lease("x", "stranger", seconds(15));
    server.until_led("x").in_namespace("default").by("stranger").await;
    server.until_led("x").in_namespace("other").by("stranger").await;
    assert_eq!(server.until_led("y").await, "me");
}

#[tokio::test(start_paused = true)]
#[should_panic(expected = r#"there is no lease "x"; wait for it with `until_led`"#)]
async fn a_lease_that_is_not_there_cannot_be_taken() {
    ApiServer::new().take_lease("x", "stranger", seconds(15));
}
