//! What is written is what client-go writes.

use le_testkit::{ApiServer, Entry, Verb};
use serde_json::{Value, json};

use super::bench::{Journal, Replica};
use super::look::{LEASE, count, secs, sent, sleep};
use super::strangers::{Stranger, held_by};

/// Sorts the spec of a write into what is fixed, and the two times.
fn spec(entry: &Entry) -> (Value, String, String) {
    let mut spec = entry.json().unwrap()["spec"].clone();
    let fields = spec.as_object_mut().unwrap();
    let mut time = |key: &str| fields.remove(key).unwrap().as_str().unwrap().to_owned();
    let (acquired, renewed) = (time("acquireTime"), time("renewTime"));
    for time in [&acquired, &renewed] {
        let fraction = time.strip_suffix('Z').and_then(|time| time.split_once('.')).unwrap().1;
        assert_eq!((fraction.len(), time.len()), (6, 27), "{time}");
    }
    (spec, acquired, renewed)
}

#[tokio::test(start_paused = true)]
async fn a_term_is_written_as_client_go_writes_it() {
    let (server, journal) = (ApiServer::new(), Journal::new());
    let a = Replica::start(&server, &journal, "a");
    journal.until_promoted("a").await;
    sleep(secs(10)).await;
    a.stop().await;

    let create = sent(&server, "a", Verb::Create).remove(0);
    let body = create.json().unwrap();
    assert_eq!((&body["apiVersion"], &body["kind"]), (&"coordination.k8s.io/v1".into(), &"Lease".into()));
    assert_eq!(body["metadata"], json!({ "name": LEASE, "namespace": "default" }));
    let (fixed, acquired, renewed) = spec(&create);
    assert_eq!(fixed, json!({ "holderIdentity": "a", "leaseDurationSeconds": 15, "leaseTransitions": 0 }));
    assert_eq!(acquired, renewed);

    let mut updates = sent(&server, "a", Verb::Update);
    let release = updates.pop().unwrap();
    let mut last = renewed;
    for update in &updates {
        let (fixed, kept, renewed) = spec(update);
        assert_eq!(
            fixed,
            json!({ "holderIdentity": "a", "leaseDurationSeconds": 15, "leaseTransitions": 0 })
        );
        assert_eq!(kept, acquired);
        assert!(renewed > last);
        last = renewed;
    }
    assert!(updates.len() >= 4, "{}", updates.len());
    let (fixed, acquired, renewed) = spec(&release);
    assert_eq!(fixed, json!({ "holderIdentity": "", "leaseDurationSeconds": 1, "leaseTransitions": 0 }));
    assert!(acquired == renewed && renewed > last);
}

#[tokio::test(start_paused = true)]
async fn every_write_after_the_creation_is_a_put_under_the_version_that_it_was_computed_from() {
    let (server, journal) = (ApiServer::new(), Journal::new());
    let stranger = Stranger::new(&server);
    stranger.create(LEASE, json!({}), held_by("", 5)).await;
    let a = Replica::start(&server, &journal, "a");
    sleep(secs(10)).await;
    stranger.patch(json!({ "metadata": { "labels": { "x": "y" } } })).await;
    sleep(secs(10)).await;
    a.stop().await;
    let writes = server.log().select(|entry| entry.client() == "a" && entry.verb().is_write());
    let mut last = 0;
    for write in &writes {
        assert_eq!((write.verb(), write.status()), (Verb::Update, Some(200)));
        let body = write.json().unwrap();
        let version: u64 = body["metadata"]["resourceVersion"].as_str().unwrap().parse().unwrap();
        assert!(version > last);
        last = version;
    }
    assert_eq!(writes[0].json().unwrap()["spec"]["leaseTransitions"], 1, "from nobody to `a`");
    assert_eq!(writes.last().unwrap().json().unwrap()["spec"]["leaseTransitions"], 1);
}

#[tokio::test(start_paused = true)]
async fn transitions_count_the_changes_of_the_holder() {
    let (server, journal) = (ApiServer::new(), Journal::new());
    let mut replica = Replica::start(&server, &journal, "a");
    for (round, next) in ["b", "c", "b", "a"].into_iter().enumerate() {
        sleep(secs(5)).await;
        let waiting = Replica::start(&server, &journal, next);
        sleep(secs(5)).await;
        std::mem::replace(&mut replica, waiting).stop().await;
        assert_eq!(server.until_led(LEASE).await, next);
        let lease = Stranger::new(&server).get().await;
        assert_eq!(lease["spec"]["leaseTransitions"], round + 1);
    }
    assert_eq!(count(&server, "a", Verb::Create), 1);
}
