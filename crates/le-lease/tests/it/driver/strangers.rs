//! What others do to a Lease that is led, or waited for.

use std::time::Duration;

use kube::Api;
use kube::api::{ApiResource, DeleteParams, DynamicObject, GroupVersionKind, Patch, PatchParams, PostParams};
use le_core::StopReason;
use le_testkit::{ApiServer, Verb};
use serde_json::{Value, json};

use super::bench::{Act, Journal, Replica, Setup};
use super::look::{LEASE, bodies, count, millis, promotions, reports, secs, since, sleep, until_reported};

pub(crate) struct Stranger(Api<DynamicObject>);

impl Stranger {
    pub(crate) fn new(server: &ApiServer) -> Self {
        let lease = ApiResource::from_gvk(&GroupVersionKind::gvk("coordination.k8s.io", "v1", "Lease"));
        Self(Api::namespaced_with(server.client("stranger"), "default", &lease))
    }

    pub(crate) async fn create(&self, name: &str, metadata: Value, spec: Value) {
        let mut lease = json!({ "apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "metadata": metadata, "spec": spec });
        lease["metadata"]["name"] = name.into();
        self.0.create(&PostParams::default(), &serde_json::from_value(lease).unwrap()).await.unwrap();
    }

    pub(crate) async fn patch(&self, patch: Value) {
        self.0.patch(LEASE, &PatchParams::default(), &Patch::Merge(patch)).await.unwrap();
    }

    /// Takes a Lease, whoever holds it.
    pub(crate) async fn take(&self, name: &str, seconds: i64) {
        let taken = Patch::Merge(json!({ "spec": held_by("stranger", seconds) }));
        self.0.patch(name, &PatchParams::default(), &taken).await.unwrap();
    }

    pub(crate) fn leases(&self) -> Api<DynamicObject> {
        self.0.clone()
    }

    pub(crate) async fn delete(&self) {
        self.0.delete(LEASE, &DeleteParams::default()).await.unwrap();
    }

    pub(crate) async fn get(&self) -> Value {
        serde_json::to_value(self.0.get(LEASE).await.unwrap()).unwrap()
    }
}

pub(crate) fn held_by(holder: &str, seconds: i64) -> Value {
    json!({ "holderIdentity": holder, "leaseDurationSeconds": seconds, "renewTime": "2026-01-01T00:00:00.000000Z" })
}

/// A leader `a`, and `b` that waits.
async fn led() -> (ApiServer, Journal, Replica, Replica, Stranger) {
    let (server, journal) = (ApiServer::new(), Journal::new());
    let a = Replica::start(&server, &journal, "a");
    journal.until_promoted("a").await;
    let b = Replica::start(&server, &journal, "b");
    sleep(secs(33)).await;
    let stranger = Stranger::new(&server);
    (server, journal, a, b, stranger)
}

async fn until_demoted(journal: &Journal, reason: StopReason) -> Duration {
    let demoted = journal.until("a", |act| matches!(act, Act::Demoted(_))).await;
    assert_eq!(demoted.act, Act::Demoted(Some(reason)));
    demoted.at
}

#[tokio::test(start_paused = true)]
async fn a_lease_that_is_deleted_under_its_leader_is_made_anew_within_the_term() {
    let (server, journal, _a, _b, stranger) = led().await;
    for _ in 0..5 {
        stranger.delete().await;
        sleep(millis(1)).await;
        assert_eq!(server.until_led(LEASE).await, "a");
        sleep(secs(20)).await;
    }
    assert_eq!((promotions(&journal, "a"), promotions(&journal, "b")), (1, 0));
    assert_eq!(count(&server, "b", Verb::Create), 0, "candidates wait");
}

#[tokio::test(start_paused = true)]
async fn a_lease_that_is_deleted_while_its_leader_is_cut_off_is_waited_for_all_the_same() {
    let (server, journal, _a, _b, stranger) = led().await;
    server.faults().partition("a");
    stranger.delete().await;
    let deleted = journal.now();
    let ended = until_demoted(&journal, StopReason::DeadlinePassed).await;
    let promoted = journal.until_promoted("b").await;
    assert!(promoted.at > ended && promoted.at - deleted > secs(13), "{promoted:?}");
}

#[tokio::test(start_paused = true)]
async fn a_lease_that_is_deleted_and_taken_ends_the_term_at_once() {
    let (server, journal, _a, _b, stranger) = led().await;
    // So that the leader does not make it anew in between.
    let slow = server.faults().rule().client("a").verb(Verb::Create).delay(secs(1));
    stranger.delete().await;
    stranger.create(LEASE, json!({}), held_by("stranger", 5)).await;
    slow.remove();
    let taken = journal.now();
    assert_eq!(until_demoted(&journal, StopReason::DeletedAndTaken).await, taken);
    sleep(secs(10)).await;
    assert_eq!(
        promotions(&journal, "a") + promotions(&journal, "b"),
        2,
        "and when the stranger is gone one of them leads"
    );
}

#[tokio::test(start_paused = true)]
async fn a_lease_that_another_takes_ends_the_term_at_once() {
    let (_server, journal, _a, _b, stranger) = led().await;
    stranger.patch(json!({ "spec": { "holderIdentity": "stranger" } })).await;
    let taken = journal.now();
    assert_eq!(until_demoted(&journal, StopReason::Replaced).await, taken);
    sleep(secs(14)).await;
    assert_eq!(promotions(&journal, "a") + promotions(&journal, "b"), 1, "the stranger's time is waited out");
    sleep(secs(3)).await;
    assert_eq!(promotions(&journal, "a") + promotions(&journal, "b"), 2);
}

#[tokio::test(start_paused = true)]
async fn a_lease_that_is_emptied_ends_the_term_at_once() {
    for emptied in
        [json!({ "spec": { "holderIdentity": "" } }), json!({ "spec": { "holderIdentity": null } })]
    {
        let (_server, journal, _a, _b, stranger) = led().await;
        stranger.patch(emptied).await;
        let at = journal.now();
        assert_eq!(until_demoted(&journal, StopReason::Replaced).await, at);
        sleep(secs(5)).await;
        assert_eq!(promotions(&journal, "a") + promotions(&journal, "b"), 2);
    }
}

#[tokio::test(start_paused = true)]
async fn of_two_processes_with_one_identity_only_one_leads_and_it_is_said() {
    let (server, journal) = (ApiServer::new(), Journal::new());
    let same = Setup { identity: Some("same"), ..Setup::default() };
    let _a = Replica::start_with(&server, &journal, "a", &same);
    journal.until_promoted("a").await;
    let _b = Replica::start_with(&server, &journal, "b", &same);
    sleep(secs(600)).await;
    assert_eq!((promotions(&journal, "a"), promotions(&journal, "b")), (1, 0));
    assert!(journal.valid("a").is_some());
    assert_eq!(
        reports(&journal, "b", r#"own identity "same" by another process: give each its own"#).len(),
        1
    );
}

#[tokio::test(start_paused = true)]
async fn ones_own_identity_written_by_another_ends_the_term_at_once() {
    let (_server, journal, _a, _b, stranger) = led().await;
    stranger.patch(json!({ "spec": { "renewTime": "2031-01-01T00:00:00.000000Z" } })).await;
    let at = journal.now();
    assert_eq!(until_demoted(&journal, StopReason::IdentityUsedElsewhere).await, at);
    until_reported(&journal, "a", "by another process").await;
}

#[tokio::test(start_paused = true)]
async fn what_others_put_into_the_lease_survives_every_write() {
    let (server, journal) = (ApiServer::new(), Journal::new());
    let stranger = Stranger::new(&server);
    let metadata = json!({
        "labels": { "team": "x" },
        "annotations": { "note": "y" },
        "finalizers": ["example.test/hold"],
        "ownerReferences": [{ "apiVersion": "v1", "kind": "Pod", "name": "p", "uid": "u-1" }],
    });
    stranger.create(LEASE, metadata.clone(), json!({})).await;
    let a = Replica::start(&server, &journal, "a");
    journal.until_promoted("a").await;
    sleep(secs(10)).await;
    stranger.patch(json!({ "metadata": { "labels": { "late": "z" } } })).await;
    sleep(secs(10)).await;
    a.stop().await;
    let lease = stranger.get().await;
    assert_eq!(lease["spec"]["holderIdentity"], "");
    for (key, value) in metadata.as_object().unwrap() {
        if key != "labels" {
            assert_eq!(&lease["metadata"][key], value, "{key}");
        }
    }
    assert_eq!(lease["metadata"]["labels"], json!({ "team": "x", "late": "z" }));
}

#[tokio::test(start_paused = true)]
async fn fields_of_the_spec_that_mean_nothing_here_are_sent_back() {
    let (server, journal) = (ApiServer::new(), Journal::new());
    let odd = json!({
        "apiVersion": "coordination.k8s.io/v1", "kind": "Lease",
        "metadata": { "name": LEASE, "uid": "u", "resourceVersion": "7", "namespace": "default" },
        "spec": { "strategy": "example.test/s", "preferredHolder": "p", "fromTheFuture": { "a": [1, 2] } },
    });
    let list = json!({ "kind": "LeaseList", "apiVersion": "coordination.k8s.io/v1", "metadata": { "resourceVersion": "7" }, "items": [&odd] });
    let body = le_testkit::Answer::status(200).body(list.to_string());
    server.faults().rule().client("a").verb(Verb::List).times(1).answer(body);
    let _a = Replica::start(&server, &journal, "a");
    sleep(secs(1)).await;
    let sent = bodies(&server, "a", Verb::Update);
    for field in ["strategy", "preferredHolder", "fromTheFuture"] {
        assert_eq!(sent[0]["spec"][field], odd["spec"][field], "{field}");
    }
    assert_eq!(sent[0]["kind"], "Lease", "the items of a list do not say their kind");
}

#[tokio::test(start_paused = true)]
async fn a_storm_of_annotations_ends_no_term_and_makes_nobody_hurry() {
    let (server, journal, _a, _b, stranger) = led().await;
    let from = server.elapsed();
    for round in 0..1200 {
        stranger.patch(json!({ "metadata": { "annotations": { "round": round.to_string() } } })).await;
        sleep(millis(50)).await;
    }
    assert_eq!((promotions(&journal, "a"), promotions(&journal, "b")), (1, 0));
    let (leader, waiter) = (since(&server, "a", from), since(&server, "b", from));
    assert!(leader <= 35 && waiter <= 1, "{leader} and {waiter} in a minute");
}

#[tokio::test(start_paused = true)]
async fn a_storm_of_annotations_between_a_read_and_each_write_ends_no_term() {
    let (server, journal, _a, _b, stranger) = led().await;
    // Every renewal takes a while, and meets an object that has changed meanwhile, most times.
    server.faults().rule().client("a").verb(Verb::Update).delay(millis(40));
    let from = server.elapsed();
    for round in 0..1200 {
        stranger.patch(json!({ "metadata": { "annotations": { "round": round.to_string() } } })).await;
        sleep(millis(50)).await;
    }
    assert_eq!((promotions(&journal, "a"), promotions(&journal, "b")), (1, 0));
    let leader = since(&server, "a", from);
    assert!(leader <= 240, "{leader} in a minute");
}

#[tokio::test(start_paused = true)]
async fn another_lease_that_is_odd_does_not_blind_the_watch() {
    let (server, journal) = (ApiServer::new(), Journal::new());
    let stranger = Stranger::new(&server);
    let ages = json!({ "holderIdentity": "x", "acquireTime": "9999-12-30T20:59:59.999999Z", "renewTime": "0001-01-01T00:00:00.000000Z" });
    stranger.create("odd", json!({}), ages).await;
    let setup = Setup { buckets: Some(2), ..Setup::default() };
    let b = Replica::start_with(&server, &journal, "b", &setup);
    journal.until_promoted("b").await;
    let _a = Replica::start_with(&server, &journal, "a", &setup);
    sleep(secs(30)).await;
    stranger.create("odder", json!({ "annotations": { "a": "b" } }), json!({})).await;
    sleep(secs(30)).await;
    b.stop().await;
    let released = journal.now();
    assert_eq!(journal.until_promoted("a").await.at, released);
    assert_eq!((count(&server, "a", Verb::Get), count(&server, "a", Verb::List)), (0, 1));
}
