//! Clusters that hang, lie, and have been at work before the duck came.

use std::time::Duration;

use chaosduck::{Duck, Event, Mode, Plan, What};
use k8s_openapi::api::core::v1::Pod;
use kube::Api;
use kube::api::DeleteParams;
use le_cli::Connection;
use le_testkit::{Answer, ApiServer, Verb};
use serde_json::json;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;

use crate::bench::{NAMESPACE, cluster, holders, lease, once, run, run_alone, words};

/// Runs a duck that is told to stop after a while; `None` when it does not end within a minute of that.
async fn run_and_stop(server: &ApiServer, plan: Plan, after: Duration) -> Option<Vec<What>> {
    let connection = Connection::new(server.client_in("duck", NAMESPACE), NAMESPACE);
    let stop = CancellationToken::new();
    let stopper = stop.clone();
    tokio::spawn(async move {
        sleep(after).await;
        stopper.cancel();
    });
    let mut said = Vec::new();
    let running = Duck::new(connection, plan).run(stop, |event: Event| said.push(event.what));
    timeout(after + Duration::from_secs(60), running).await.ok()?.ok();
    Some(said)
}

fn db_only(plan: Plan) -> Plan {
    Plan { disabled: vec!["web".to_owned()], ..plan }
}

#[tokio::test(start_paused = true)]
async fn it_stops_though_the_cluster_does_not_answer() {
    for (verb, kind) in
        [(Verb::Get, "Pod"), (Verb::Get, "ReplicaSet"), (Verb::Delete, "Pod"), (Verb::List, "Lease")]
    {
        let server = cluster();
        server.faults().rule().client("duck").verb(verb).kind(kind).hang_before();
        let plan = Plan { once: false, ..once() };
        let said = run_and_stop(&server, plan, Duration::from_secs(5)).await;
        assert!(said.is_some(), "{verb:?} {kind}: it does not end");
    }
}

#[tokio::test(start_paused = true)]
async fn a_request_that_is_never_answered_costs_one_round_only() {
    for kind in ["Pod", "ReplicaSet"] {
        let server = cluster();
        server.faults().rule().client("duck").verb(Verb::Get).kind(kind).times(1).hang_before();
        let plan = Plan { once: false, ..once() };
        let said = run_and_stop(&server, plan, Duration::from_secs(600)).await;
        let said = said.unwrap_or_else(|| panic!("{kind}: it hangs"));
        assert!(
            said.iter().any(|what| matches!(what, What::HandedOver { .. } | What::Struck { .. })),
            "{kind}: {}",
            words(&said)
        );
    }
}

#[tokio::test(start_paused = true)]
async fn all_leases_of_a_pod_are_measured_also_under_several_identities() {
    let server = cluster();
    // Knative gives each elector of a process an identity of its own.
    lease(&server, "db.r.00-of-01", "db-0_2");
    let (summary, said) = run(&server, once()).await;
    let row = summary.unwrap().components["db"].clone();
    assert_eq!((row.kills, row.handed_over), (1, 2), "{row:?}\n{}", words(&said));
}

#[tokio::test(start_paused = true)]
async fn a_pod_that_is_ending_already_is_not_struck_again() {
    let server = cluster();
    server.fill([json!({
        "apiVersion": "v1", "kind": "Pod",
        "metadata": {
            "name": "slow-0", "namespace": NAMESPACE, "finalizers": ["acme.dev/wait"],
            "ownerReferences": [{ "apiVersion": "apps/v1", "kind": "StatefulSet", "name": "slow", "uid": "u", "controller": true }],
        },
    })]);
    lease(&server, "slow.q.00-of-01", "slow-0_1");
    let pods: Api<Pod> = Api::namespaced(server.client("other"), NAMESPACE);
    pods.delete("slow-0", &DeleteParams::default()).await.unwrap();
    assert!(pods.get("slow-0").await.unwrap().metadata.deletion_timestamp.is_some());
    let (summary, said) = run(&server, Plan { bound: Duration::from_secs(3), ..once() }).await;
    let said = words(&said);
    assert_eq!(summary.unwrap().components["slow"].kills, 0, "{said}");
    assert!(said.contains("slow: not touched: its pod slow-0 is ending already"), "{said}");
}

#[tokio::test(start_paused = true)]
async fn a_theft_whose_answer_is_lost_is_given_back_too() {
    let server = cluster();
    server.faults().rule().client("duck").verb(Verb::Update).times(1).fail_after(500);
    let (_, said) =
        run_alone(&server, db_only(Plan { mode: Mode::Steal, bound: Duration::from_secs(3), ..once() }))
            .await;
    let left = holders(&server).await.into_iter().find(|(name, _)| name == "db.q.00-of-01");
    let (_, holder) = left.unwrap();
    assert_eq!(holder, None, "{}", words(&said));
}

#[tokio::test(start_paused = true)]
async fn a_stolen_lease_that_somebody_labels_meanwhile_is_given_back() {
    let server = cluster();
    // The theft is the first update, the gift the second.
    server.faults().rule().client("duck").verb(Verb::Update).after(1).times(1).fail_before(409);
    let (_, said) =
        run_alone(&server, db_only(Plan { mode: Mode::Steal, bound: Duration::from_secs(3), ..once() }))
            .await;
    let left = holders(&server).await.into_iter().find(|(name, _)| name == "db.q.00-of-01");
    let (_, holder) = left.unwrap();
    assert_eq!(holder, None, "{}", words(&said));
}

#[tokio::test(start_paused = true)]
async fn what_the_cluster_says_does_nothing_to_a_terminal() {
    for (code, mode, verb) in [(403, Mode::Delete, Verb::Delete), (422, Mode::Steal, Verb::Update)] {
        let server = cluster();
        let status = json!({
            "kind": "Status", "apiVersion": "v1", "status": "Failure", "code": code, "reason": "Forbidden",
            "message": "pods: a webhook says \u{1b}]0;owned\u{7}\u{202e} no",
        });
        let answer = Answer::status(code).body(status.to_string());
        server.faults().rule().client("duck").verb(verb).answer(answer);
        let (summary, said) = run_alone(&server, Plan { mode, ..once() }).await;
        let shown = format!("{}\n{}", words(&said), summary.unwrap());
        assert!(shown.contains("owned"), "{shown}");
        assert!(!shown.contains(['\u{1b}', '\u{7}', '\u{202e}']), "{mode:?}: {shown:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_failure_that_goes_on_is_not_told_twice_a_second() {
    for fault in [403, 500] {
        let server = cluster();
        server.faults().rule().client("duck").kind("Lease").fail_before(fault);
        let plan = Plan { once: false, ..once() };
        let said = run_and_stop(&server, plan, Duration::from_secs(600)).await.unwrap();
        assert!(said.len() < 100, "{fault}: {} lines in ten minutes", said.len());
    }
}

#[tokio::test(start_paused = true)]
async fn plans_at_the_edges_do_not_panic() {
    for (period, factor) in [
        (Duration::MAX, 2.0),
        (Duration::from_secs(1), f64::NAN),
        (Duration::from_secs(1), f64::INFINITY),
        (Duration::ZERO, 0.0),
    ] {
        let server = cluster();
        let plan = Plan {
            period,
            factor,
            once: false,
            duration: Some(Duration::from_secs(30)),
            bound: Duration::from_secs(5),
            ..once()
        };
        let ended = run_and_stop(&server, plan, Duration::from_secs(2)).await;
        assert!(ended.is_some(), "{period:?} {factor}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_duck_that_is_stopped_gives_back_what_it_stole() {
    let server = cluster();
    let plan = db_only(Plan { mode: Mode::Steal, once: false, ..once() });
    let said = run_and_stop(&server, plan, Duration::from_millis(500)).await.unwrap();
    let left = holders(&server).await.into_iter().find(|(name, _)| name == "db.q.00-of-01");
    let (_, holder) = left.unwrap();
    assert_eq!(holder, None, "{}", words(&said));
    assert!(words(&said).contains("db: stole Lease db.q.00-of-01\n"), "{}", words(&said));
}

#[tokio::test(start_paused = true)]
async fn a_namespace_without_leases_is_told() {
    let server = ApiServer::new();
    server.create_namespace(NAMESPACE);
    let (summary, said) = run_alone(&server, once()).await;
    assert_eq!(words(&said), "nothing to strike: no Leases of elections in acme");
    assert_eq!(summary.unwrap().seed, 1);
}

#[tokio::test(start_paused = true)]
async fn leases_of_odd_shape_are_survived_in_every_mode() {
    let odd = [
        json!(null),
        json!({}),
        json!("text"),
        json!([1, 2]),
        json!({ "holderIdentity": 7 }),
        json!({ "holderIdentity": "x", "leaseDurationSeconds": -5, "renewTime": "yesterday" }),
        json!({ "holderIdentity": "x", "leaseTransitions": i32::MAX, "acquireTime": {} }),
        json!({ "holderIdentity": "x", "leaseTransitions": 1e300, "leaseDurationSeconds": "15" }),
        json!({ "holderIdentity": "\u{0}\u{202e}\n" }),
        json!({ "holderIdentity": "x".repeat(10_000) }),
        json!({ "holderIdentity": "_" }),
        json!({ "holderIdentity": " " }),
    ];
    for mode in [Mode::Delete, Mode::Lease, Mode::Steal] {
        let server = cluster();
        let shown = odd.iter().enumerate().map(|(index, spec)| {
            json!({
                "apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "spec": spec,
                "metadata": { "name": format!("odd-{index}"), "namespace": NAMESPACE, "resourceVersion": "5", "uid": "u" },
            })
        });
        let shown: Vec<_> = shown.collect();
        // No server takes them: they are shown to the duck alone.
        let rule = |verb| server.faults().rule().client("duck").kind("Lease").verb(verb);
        for lease in &shown {
            let name = lease["metadata"]["name"].as_str().unwrap();
            rule(Verb::Get).name(name).answer(Answer::status(200).body(lease.to_string()));
            rule(Verb::Update).name(name).answer(Answer::status(200).body(lease.to_string()));
        }
        let list = json!({
            "apiVersion": "coordination.k8s.io/v1", "kind": "LeaseList", "metadata": { "resourceVersion": "5" }, "items": shown,
        });
        rule(Verb::List).answer(Answer::status(200).body(list.to_string()));
        let (summary, said) =
            run_alone(&server, Plan { mode, bound: Duration::from_secs(3), ..once() }).await;
        let (summary, said) = (summary.unwrap(), words(&said));
        assert_eq!(summary.rounds, 1, "{mode:?}: {said}");
        assert!(said.contains("odd-0 has no holder"), "{mode:?}: {said}");
        assert!(!said.contains(['\u{0}', '\u{202e}']), "{mode:?}: {said}");
    }
}
