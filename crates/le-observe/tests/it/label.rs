//! The label of the leader's pod.

mod bad;
mod term;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use k8s_openapi::api::core::v1::Pod;
use kube::api::Api;
use le_core::{Bucket, Enqueue, LeaderAware, Leadership, Observers, PromoteError};
use le_observe::PodLabel;
use le_testkit::{ApiServer, Entry};
use serde_json::{Value, json};

use crate::elector::Running;

const KEY: &str = "acme.example.com/role";

/// A server with a pod for each replica, and a label of its own on each.
fn server(pods: &[&str]) -> ApiServer {
    let server = ApiServer::new();
    server.fill(pods.iter().map(|name| {
        json!({
            "apiVersion": "v1", "kind": "Pod",
            "metadata": { "name": name, "namespace": "default", "labels": { "app": "widgets" } },
            "spec": { "containers": [{ "name": "main", "image": "widgets" }] },
        })
    }));
    server
}

/// The label of a replica, by a client of its own that is called `<name>-label`.
fn label(server: &ApiServer, name: &str) -> PodLabel {
    PodLabel::new(server.client(&format!("{name}-label")), KEY, "leader").on_pod("default", name)
}

/// The pods that have the label.
async fn labelled(server: &ApiServer, pods: &[&str]) -> Vec<String> {
    let api: Api<Pod> = Api::namespaced(server.client("test"), "default");
    let mut labelled = Vec::new();
    for name in pods {
        let labels = api.get(name).await.unwrap().metadata.labels.unwrap_or_default();
        assert_eq!(labels["app"], "widgets", "what is there besides stays");
        if let Some(value) = labels.get(KEY) {
            assert_eq!(value, "leader");
            labelled.push((*name).to_owned());
        }
    }
    labelled
}

/// What was asked for the label: the value that it was to have.
fn asked(server: &ApiServer, name: &str) -> Vec<(Duration, Value)> {
    let client = format!("{name}-label");
    let value = |entry: &Entry| entry.json().unwrap()["metadata"]["labels"][KEY].clone();
    let entries = server.log().select(|entry| entry.client() == client);
    entries.iter().map(|entry| (entry.at(), value(entry))).collect()
}

/// Writes down when it was promoted and demoted, on the server's clock, and takes a while to drain.
#[derive(Clone)]
struct Work {
    server: ApiServer,
    drain: Duration,
    acts: Arc<Mutex<Vec<(Duration, &'static str)>>>,
}

impl Work {
    fn new(server: &ApiServer, drain: Duration) -> Self {
        Self { server: server.clone(), drain, acts: Arc::default() }
    }

    fn note(&self, act: &'static str) {
        self.acts.lock().unwrap().push((self.server.elapsed(), act));
    }

    /// When it first did this.
    fn at(&self, act: &str) -> Duration {
        self.acts.lock().unwrap().iter().find(|(_, done)| *done == act).unwrap().0
    }
}

#[async_trait]
impl LeaderAware for Work {
    async fn promote(&self, _: Leadership, _: Option<Enqueue>) -> Result<(), PromoteError> {
        tokio::time::sleep(Duration::from_secs(1)).await;
        self.note("promoted");
        Ok(())
    }

    async fn demote(&self, _: &Bucket) {
        self.note("demoted");
        tokio::time::sleep(self.drain).await;
        self.note("drained");
    }
}

/// A replica whose pod has its name.
fn start(server: &ApiServer, name: &str, buckets: u32, work: &Work) -> Running {
    let aware = label(server, name).around(Arc::new(work.clone()));
    Running::start(server, name, buckets, Observers::default(), Arc::new(aware))
}
