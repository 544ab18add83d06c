//! The log of requests.

use kube::api::ListParams;
use le_testkit::{ApiServer, Verb};
use tokio::time::{sleep, timeout};

use crate::support::*;

#[tokio::test(start_paused = true)]
async fn the_log_says_who_wanted_what_when_and_how_it_went() {
    let server = ApiServer::new();
    sleep(seconds(90)).await;
    leases(&server, "a").create(&post(), &lease("x", "me")).await.unwrap();
    leases(&server, "b").list(&ListParams::default().labels("a=b")).await.unwrap();
    leases(&server, "b").get_opt("none").await.unwrap();
    let entries = server.log().entries();
    let told: Vec<String> = entries
        .iter()
        .map(|e| {
            format!(
                "{} {} {} {} {} {:?}",
                e.client(),
                e.verb(),
                e.kind(),
                e.namespace(),
                e.name(),
                e.status()
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            "a create Lease default x Some(201)",
            "b list Lease default  Some(200)",
            "b get Lease default none Some(404)",
        ]
    );
    assert_eq!(entries[0].at(), seconds(90));
    assert_eq!(entries[1].query("labelSelector"), Some("a=b"));
    assert_eq!((entries[0].resource(), entries[0].group()), ("leases", "coordination.k8s.io"));
    assert!(
        server
            .log()
            .to_string()
            .contains("b GET /apis/coordination.k8s.io/v1/namespaces/default/leases/none 404")
    );
}

#[tokio::test(start_paused = true)]
async fn the_log_is_asked_by_predicate_and_by_time_and_can_be_cleared() {
    let server = ApiServer::new();
    let leases = leases(&server, "a");
    for second in 0..5 {
        leases.create(&post(), &lease(&format!("x{second}"), "me")).await.unwrap();
        sleep(seconds(1)).await;
    }
    let log = server.log();
    assert_eq!(log.count(|request| request.verb() == Verb::Create), 5);
    assert_eq!(log.since(seconds(3)).len(), 2);
    log.clear();
    assert!(log.is_empty());
    leases.list(&ListParams::default()).await.unwrap();
    assert_eq!(log.select(|entry| entry.status() == Some(200)).len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_request_without_an_answer_has_no_status() {
    let server = ApiServer::new();
    server.faults().rule().verb(Verb::Create).times(1).hang_after();
    let leases = leases(&server, "a");
    let _ = timeout(seconds(1), leases.create(&post(), &lease("x", "me"))).await;
    assert_eq!(server.log().entries()[0].status(), None);
}

#[tokio::test(start_paused = true)]
async fn the_log_keeps_no_more_than_it_is_told() {
    let server = ApiServer::new();
    server.log().keep(3);
    for _ in 0..10 {
        leases(&server, "a").list(&ListParams::default()).await.unwrap();
    }
    assert_eq!((server.log().len(), server.log().forgotten()), (3, 7));
    assert!(server.log().entries().iter().all(|entry| entry.status() == Some(200)));
}
