//! A namespace with a Deployment and a StatefulSet, whose pods hold Leases and take over from each other.

use std::time::Duration;

use chaosduck::{Duck, Event, Plan, Summary, What};
use k8s_openapi::api::core::v1::Pod;
use kube::Api;
use kube::api::ListParams;
use le_cli::Connection;
use le_testkit::ApiServer;
use serde_json::{Value, json};
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

pub(crate) const NAMESPACE: &str = "acme";

pub(crate) fn cluster() -> ApiServer {
    let server = ApiServer::new();
    server.create_namespace(NAMESPACE);
    let by = |kind: &str, name: &str| json!([{ "apiVersion": "apps/v1", "kind": kind, "name": name, "uid": "u", "controller": true }]);
    let object = |version: &str, kind: &str, name: &str, owner: Value| {
        json!({
            "apiVersion": version, "kind": kind,
            "metadata": { "name": name, "namespace": NAMESPACE, "ownerReferences": owner },
        })
    };
    server.fill([object("apps/v1", "ReplicaSet", "web-7d9c", by("Deployment", "web"))]);
    for pod in ["web-7d9c-aaaaa", "web-7d9c-bbbbb"] {
        server.fill([object("v1", "Pod", pod, by("ReplicaSet", "web-7d9c"))]);
    }
    for pod in ["db-0", "db-1"] {
        server.fill([object("v1", "Pod", pod, by("StatefulSet", "db"))]);
    }
    lease(&server, "web.q.00-of-02", "web-7d9c-aaaaa_1");
    lease(&server, "web.q.01-of-02", "web-7d9c-bbbbb_1");
    lease(&server, "db.q.00-of-01", "db-0_1");
    server
}

pub(crate) fn lease(server: &ApiServer, name: &str, holder: &str) {
    server.fill([json!({
        "apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "metadata": { "name": name, "namespace": NAMESPACE },
        "spec": {
            "holderIdentity": holder, "leaseDurationSeconds": 15, "leaseTransitions": 3,
            "acquireTime": "2026-01-01T00:00:00.000000Z", "renewTime": "2026-01-01T00:00:10.000000Z",
        },
    })]);
}

/// Plays the replicas: 50 ms after a Lease has lost its pod, or has no holder, another pod of its component takes it.
pub(crate) async fn take_over(server: ApiServer) {
    let client = server.client_in("replicas", NAMESPACE);
    let pods: Api<Pod> = Api::default_namespaced(client.clone());
    let leases: Api<k8s_openapi::api::coordination::v1::Lease> = Api::default_namespaced(client);
    loop {
        sleep(Duration::from_millis(50)).await;
        let all = ListParams::default();
        let pods: Vec<String> =
            pods.list(&all).await.unwrap().into_iter().filter_map(|pod| pod.metadata.name).collect();
        for lease in leases.list(&all).await.unwrap() {
            let name = lease.metadata.name.unwrap();
            let holder = lease.spec.and_then(|spec| spec.holder_identity).unwrap_or_default();
            let is_there = pods.iter().any(|pod| holder.starts_with(pod.as_str()));
            let component = name.split('.').next().unwrap();
            if !is_there
                && !holder.starts_with("chaosduck_")
                && let Some(pod) = pods.iter().rfind(|pod| pod.starts_with(component))
            {
                server.take_lease(&name, &format!("{pod}_1"), Duration::from_secs(15));
            }
        }
    }
}

/// Runs a duck to its end, beside replicas that take over.
pub(crate) async fn run(server: &ApiServer, plan: Plan) -> (anyhow::Result<Summary>, Vec<What>) {
    let replicas = tokio::spawn(take_over(server.clone()));
    let ran = run_alone(server, plan).await;
    replicas.abort();
    ran
}

/// Runs a duck to its end where nobody takes over.
pub(crate) async fn run_alone(server: &ApiServer, plan: Plan) -> (anyhow::Result<Summary>, Vec<What>) {
    let connection = Connection::new(server.client_in("duck", NAMESPACE), NAMESPACE);
    let mut said = Vec::new();
    let tell = |event: Event| said.push(event.what);
    let summary = Duck::new(connection, plan).run(CancellationToken::new(), tell).await;
    (summary, said)
}

/// One round, always with the same chance.
pub(crate) fn once() -> Plan {
    Plan { once: true, seed: 1, ..Plan::default() }
}

pub(crate) fn words(said: &[What]) -> String {
    said.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

/// The holder of each Lease, by its name.
pub(crate) async fn holders(server: &ApiServer) -> Vec<(String, Option<String>)> {
    let connection = Connection::new(server.client_in("look", NAMESPACE), NAMESPACE);
    let leases = le_cli::leases(&connection, Some(NAMESPACE)).await.unwrap();
    leases.into_iter().map(|lease| (lease.name, lease.holder)).collect()
}
