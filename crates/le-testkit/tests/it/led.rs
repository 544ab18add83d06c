//! Waits for Leases.

use kube::api::{Api, DeleteParams};
use le_testkit::ApiServer;
use tokio::time::{Instant, sleep};

use crate::support::*;

/// Writes a holder after a while.
fn later(server: &ApiServer, client: &str, after: u64, holder: &str) {
    let (leases, holder) = (leases(server, client), holder.to_owned());
    tokio::spawn(async move {
        sleep(seconds(after)).await;
        match leases.get_opt("x").await.unwrap() {
            None => leases.create(&post(), &lease("x", &holder)).await.unwrap(),
            Some(mut there) => {
                there.spec.as_mut().unwrap().holder_identity = Some(holder);
                leases.replace("x", &post(), &there).await.unwrap()
            }
        };
    });
}

#[tokio::test(start_paused = true)]
async fn a_lease_is_led_the_moment_it_has_a_holder() {
    let server = ApiServer::new();
    later(&server, "a", 5, "");
    later(&server, "a", 10, "me_1234");
    let start = Instant::now();
    assert_eq!(server.until_led("x").await, "me_1234");
    assert_eq!(start.elapsed(), seconds(10));
    assert_eq!(server.log().len(), 4, "the wait itself asks nothing of the server");
}

#[tokio::test(start_paused = true)]
async fn a_holder_is_known_by_identity_prefix_or_client() {
    let server = ApiServer::new();
    later(&server, "a", 1, "pod-1_0000");
    later(&server, "b", 2, "pod-10_0000");
    let start = Instant::now();
    assert_eq!(server.until_led("x").by("pod-1").await, "pod-1_0000");
    server.until_led("x").by("a").await;
    server.until_led("x").by("pod-1_0000").await;
    assert_eq!(start.elapsed(), seconds(1));
    assert_eq!(server.until_led("x").by("b").await, "pod-10_0000");
    assert_eq!(start.elapsed(), seconds(2));
}

#[tokio::test(start_paused = true)]
async fn a_holder_whose_identity_only_begins_alike_is_another() {
    let server = ApiServer::new();
    later(&server, "a", 1, "pod-10_0000");
    later(&server, "a", 2, "pod-1_0000");
    assert_eq!(server.until_led("x").by("pod-1").await, "pod-1_0000");
}

#[tokio::test(start_paused = true)]
async fn whoever_touches_a_lease_without_changing_its_holder_does_not_lead_it() {
    let server = ApiServer::new();
    later(&server, "a", 1, "me");
    server.until_led("x").await;
    let mut there = leases(&server, "b").get("x").await.unwrap();
    there.metadata.labels = Some([("a".to_owned(), "b".to_owned())].into());
    leases(&server, "b").replace("x", &post(), &there).await.unwrap();
    server.until_led("x").by("a").await;
    later(&server, "b", 7, "other");
    let start = Instant::now();
    server.until_led("x").by("b").await;
    assert_eq!(start.elapsed(), seconds(7));
}

#[tokio::test(start_paused = true)]
async fn a_namespace_can_be_named() {
    let server = ApiServer::new();
    server.create_namespace("other");
    leases(&server, "a").create(&post(), &lease("x", "here")).await.unwrap();
    let there: Api<k8s_openapi::api::coordination::v1::Lease> = Api::namespaced(server.client("a"), "other");
    tokio::spawn(async move {
        sleep(seconds(3)).await;
        there.create(&post(), &lease("x", "there")).await.unwrap();
    });
    assert_eq!(server.until_led("x").in_namespace("other").await, "there");
}

#[tokio::test(start_paused = true)]
async fn a_lease_is_free_when_it_is_released_and_when_it_is_deleted() {
    let server = ApiServer::new();
    server.until_free("x").await;
    leases(&server, "a").create(&post(), &lease("x", "me")).await.unwrap();
    later(&server, "a", 4, "");
    let start = Instant::now();
    server.until_free("x").await;
    assert_eq!(start.elapsed(), seconds(4));
    later(&server, "a", 0, "me");
    server.until_led("x").await;
    leases(&server, "a").delete("x", &DeleteParams::default()).await.unwrap();
    server.until_free("x").in_namespace("default").await;
}

#[tokio::test(start_paused = true)]
#[should_panic(
    expected = r#"waited 10s until lease "x" is led by "b"; it stands like this: default: {"holderIdentity":"me""#
)]
async fn a_wait_that_takes_too_long_says_how_the_lease_stands() {
    let server = ApiServer::new();
    leases(&server, "a").create(&post(), &lease("x", "me")).await.unwrap();
    server.until_led("x").by("b").within(seconds(10)).await;
}
