//! What a person must mend: said once, with what to do, and got over as soon as it is mended.

use kube::Api;
use kube::api::{ApiResource, DeleteParams, DynamicObject, GroupVersionKind, Patch, PatchParams, PostParams};
use le_core::StopReason;
use le_testkit::{ApiServer, Verb};
use serde_json::json;

use super::bench::{Act, Journal, Replica, Setup, builder};
use super::look::{millis, promotions, reports, secs, since, sleep, until_reported};

const AGAIN: &str = "requests succeed again";
const NO_NAMESPACE: &str =
    r#"there is no namespace "team", or it is being deleted: create it, or set SYSTEM_NAMESPACE to another"#;

fn in_team(server: &ApiServer, journal: &Journal, name: &str) -> Replica {
    let setup = Setup::default();
    Replica::start_from(&builder(server, journal, name, &setup).in_namespace("team"), journal, name, &setup)
}

#[tokio::test(start_paused = true)]
async fn a_namespace_that_does_not_exist_is_said_once_and_waited_for() {
    let (server, journal) = (ApiServer::new(), Journal::new());
    let _a = in_team(&server, &journal, "a");
    sleep(secs(600)).await;
    assert_eq!(reports(&journal, "a", NO_NAMESPACE).len(), 1);
    assert_eq!(journal.lines().len(), 1, "{:?}", journal.lines());
    let from = server.elapsed();
    sleep(secs(60)).await;
    let requests = since(&server, "a", from);
    assert!(requests <= 40, "{requests} in a minute");
    server.create_namespace("team");
    let created = journal.now();
    let promoted = journal.until_promoted("a").await;
    assert!(promoted.at - created <= secs(2), "{promoted:?}");
    assert_eq!(reports(&journal, "a", AGAIN).len(), 1);
}

/// A namespace that is on its way out for as long as what is in it has a finalizer.
async fn terminating_team(server: &ApiServer) -> Api<DynamicObject> {
    let client = server.client("admin");
    let gvk = |group: &str, kind: &str| ApiResource::from_gvk(&GroupVersionKind::gvk(group, "v1", kind));
    let maps: Api<DynamicObject> = Api::namespaced_with(client.clone(), "team", &gvk("", "ConfigMap"));
    let held = json!({
        "apiVersion": "v1", "kind": "ConfigMap", "metadata": { "name": "held", "finalizers": ["example.test/held"] },
    });
    maps.create(&PostParams::default(), &serde_json::from_value(held).unwrap()).await.unwrap();
    let namespaces: Api<DynamicObject> = Api::all_with(client, &gvk("", "Namespace"));
    namespaces.delete("team", &DeleteParams::default()).await.unwrap();
    maps
}

#[tokio::test(start_paused = true)]
async fn a_namespace_that_is_being_deleted_is_no_lack_of_rights() {
    let (server, journal) = (ApiServer::new(), Journal::new());
    server.create_namespace("team");
    let maps = terminating_team(&server).await;
    let _a = in_team(&server, &journal, "a");
    sleep(secs(120)).await;
    assert_eq!(reports(&journal, "a", NO_NAMESPACE).len(), 1);
    let free = Patch::Merge(json!({ "metadata": { "finalizers": null } }));
    maps.patch("held", &PatchParams::default(), &free).await.unwrap();
    sleep(secs(120)).await;
    assert_eq!(journal.lines().len(), 1, "gone is not told anew: {:?}", journal.lines());
    server.create_namespace("team");
    let created = journal.now();
    assert!(journal.until_promoted("a").await.at - created <= secs(2));
}

#[tokio::test(start_paused = true)]
async fn a_leader_whose_namespace_is_deleted_leads_to_its_deadline_and_again_in_a_new_one() {
    let (server, journal) = (ApiServer::new(), Journal::new());
    server.create_namespace("team");
    let _a = in_team(&server, &journal, "a");
    journal.until_promoted("a").await;
    sleep(secs(31)).await;
    let _maps = terminating_team(&server).await;
    let demoted = journal.until("a", |act| matches!(act, Act::Demoted(_))).await;
    assert_eq!(demoted.act, Act::Demoted(Some(StopReason::DeadlinePassed)));
    assert_eq!(reports(&journal, "a", NO_NAMESPACE).len(), 1);
    sleep(secs(60)).await;
    assert_eq!(promotions(&journal, "a"), 1);
}

#[tokio::test(start_paused = true)]
async fn each_verb_that_is_missing_is_named_as_it_is_found() {
    let (server, journal) = (ApiServer::new(), Journal::new());
    let deny = |verb| server.faults().rule().client("a").verb(verb).fail_before(403);
    let _watch = deny(Verb::Watch);
    let (get, create, update) = (deny(Verb::Get), deny(Verb::Create), deny(Verb::Update));
    let list = deny(Verb::List);
    let _a = Replica::start(&server, &journal, "a");
    until_reported(&journal, "a", "not allowed to list leases").await;
    until_reported(&journal, "a", r#"not allowed to get leases in namespace "default": grant"#).await;
    get.remove();
    until_reported(&journal, "a", "not allowed to create leases").await;
    sleep(secs(60)).await;
    create.remove();
    journal.until_promoted("a").await;
    until_reported(&journal, "a", "not allowed to update leases").await;
    update.remove();
    list.remove();
    sleep(secs(60)).await;
    assert!(journal.valid("a").is_some());
    let whole = r#"not allowed to create leases in namespace "default": grant the service account the verb "create" on "leases" of the API group "coordination.k8s.io" by a Role in that namespace: forbidden by a fault rule"#;
    assert_eq!(
        reports(&journal, "a", whole).len(),
        1,
        "what the server said comes last: {:?}",
        journal.lines()
    );
    for verb in ["get", "create", "update"] {
        let told = reports(&journal, "a", &format!("not allowed to {verb} leases"));
        assert_eq!(told.len(), 1, "{verb}: {told:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn reads_that_succeed_between_writes_that_fail_are_no_recovery() {
    let (server, journal) = (ApiServer::new(), Journal::new());
    server.faults().rule().client("a").verb(Verb::Watch).fail_before(403);
    let fault = server.faults().rule().client("a").verb(Verb::Create).hang_before();
    let _a = Replica::start(&server, &journal, "a");
    sleep(secs(300)).await;
    assert_eq!(reports(&journal, "a", "no answer in time").len(), 1);
    assert_eq!(reports(&journal, "a", AGAIN).len(), 0);
    fault.remove();
    journal.until_promoted("a").await;
    assert_eq!(reports(&journal, "a", AGAIN).len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_write_that_failed_is_forgotten_once_another_leads() {
    let (server, journal) = (ApiServer::new(), Journal::new());
    server.faults().rule().client("a").verb(Verb::Watch).fail_before(403);
    let fault = server.faults().rule().client("a").verb(Verb::Create).fail_before(500);
    let _a = Replica::start(&server, &journal, "a");
    sleep(secs(10)).await;
    fault.remove();
    server.faults().rule().client("a").writes().fail_before(500);
    let _b = Replica::start(&server, &journal, "b");
    let back = until_reported(&journal, "a", AGAIN).await;
    assert!(back.at <= secs(13), "{back:?}");
}

#[tokio::test(start_paused = true)]
async fn a_request_that_is_dropped_because_of_a_stop_has_not_failed() {
    let (server, journal) = (ApiServer::new(), Journal::new());
    let _b = Replica::start(&server, &journal, "b");
    journal.until_promoted("b").await;
    server.faults().rule().client("a").verb(Verb::Watch).fail_before(403);
    let slow = server.faults().rule().client("a").verb(Verb::Get).delay(secs(1));
    let a = Replica::start(&server, &journal, "a");
    slow.until_struck(3).await;
    sleep(millis(500)).await;
    let asked = journal.now();
    a.stop().await;
    assert_eq!(journal.now(), asked);
    assert!(reports(&journal, "a", "no answer in time").is_empty(), "{:?}", journal.lines());
}
