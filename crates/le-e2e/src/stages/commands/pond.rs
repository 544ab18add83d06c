//! Pods that are processes: what a kubelet and two controllers do, as far as a duck can see it.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use k8s_openapi::api::apps::v1::{Deployment, ReplicaSet, StatefulSet};
use k8s_openapi::api::core::v1::Pod;
use kube::api::{ListParams, PostParams};
use kube::{Api, Client, ResourceExt as _};
use rustix::process::Signal;
use serde_json::{Value, json};
use tokio::sync::Mutex;
use tokio::task::JoinHandle;
use tokio::time::sleep;

use crate::plane::{ADMIN, Plane, lease_rules, replica};
use crate::process::{Process, Start};
use crate::tools::Binaries;

/// How many Leases each component has.
pub(super) const LEASES: u32 = 3;
/// How often it is looked which pods there are.
const LOOK: Duration = Duration::from_millis(20);
/// How long a process may take to end that was told to.
const PATIENCE: Duration = Duration::from_secs(10);

/// A Deployment and a StatefulSet, whose pods are processes: of ours, of client-go and of Knative in turn. A pod that is deleted is
/// stopped, and replaced.
pub(super) struct Pond {
    namespace: String,
    client: Client,
    kubeconfig: PathBuf,
    folder: PathBuf,
    binaries: Arc<Binaries>,
    owners: [Value; 2],
    pods: Vec<Running>,
    count: usize,
}

#[derive(Debug)]
struct Running {
    name: String,
    /// Zero is the Deployment, one the StatefulSet.
    component: usize,
    process: Process,
}

impl Pond {
    /// Makes everything, and starts two pods of each component.
    pub(super) async fn new(
        plane: &Plane,
        binaries: &Arc<Binaries>,
        namespace: &str,
    ) -> anyhow::Result<Self> {
        plane.make_namespace(namespace).await?;
        let user = replica(0);
        plane.grant(namespace, &user, &lease_rules()).await?;
        let client = plane.client(ADMIN).await?;
        let owners = owners(&client, namespace).await?;
        let mut pond = Self {
            namespace: namespace.to_owned(),
            client,
            kubeconfig: plane.kubeconfig(&user)?,
            folder: plane.folder().to_owned(),
            binaries: Arc::clone(binaries),
            owners,
            pods: Vec::new(),
            count: 0,
        };
        for name in ["web-7d9c5bd78f-aaaaa", "web-7d9c5bd78f-bbbbb"] {
            pond.run(name, 0).await?;
        }
        for name in ["db-0", "db-1"] {
            pond.run(name, 1).await?;
        }
        Ok(pond)
    }

    /// Stops and replaces the pods that are deleted, until the returned task is ended.
    pub(super) fn tend(self) -> (Arc<Mutex<Self>>, JoinHandle<anyhow::Result<()>>) {
        let pond = Arc::new(Mutex::new(self));
        let shared = Arc::clone(&pond);
        let task = tokio::spawn(async move {
            loop {
                shared.lock().await.look().await?;
                sleep(LOOK).await;
            }
        });
        (pond, task)
    }

    /// Stops all processes in order.
    pub(super) async fn drain(&mut self) -> anyhow::Result<()> {
        for pod in &mut self.pods {
            pod.process.terminate(PATIENCE).await?;
        }
        Ok(())
    }

    async fn look(&mut self) -> anyhow::Result<()> {
        let there = self.api().list(&ListParams::default()).await.context("cannot list pods")?;
        let is_there = |pod: &Running| there.items.iter().any(|other| other.name_any() == pod.name);
        let (stay, gone): (Vec<_>, Vec<_>) = self.pods.drain(..).partition(is_there);
        self.pods = stay;
        for mut pod in gone {
            pod.process.signal(Signal::TERM)?;
            pod.process.end(PATIENCE).await?;
            let name = match pod.component {
                0 => format!("web-7d9c5bd78f-c{:04}", self.count),
                _ => pod.name,
            };
            self.run(&name, pod.component).await?;
        }
        Ok(())
    }

    fn api(&self) -> Api<Pod> {
        Api::namespaced(self.client.clone(), &self.namespace)
    }

    async fn run(&mut self, name: &str, component: usize) -> anyhow::Result<()> {
        let pod = json!({
            "metadata": { "name": name, "ownerReferences": [self.owners[component]] },
            "spec": { "containers": [{ "name": "c", "image": "i" }] },
        });
        self.api().create(&PostParams::default(), &serde_json::from_value(pod)?).await?;
        self.count += 1;
        let options = [
            ("identity", format!("{name}_{}", self.count)),
            ("namespace", self.namespace.clone()),
            ("name-prefix", format!("{}.queue", ["web", "db"][component])),
            ("buckets", LEASES.to_string()),
            ("lease-duration", "3s".to_owned()),
            ("renew-deadline", "2s".to_owned()),
            ("retry-period", "500ms".to_owned()),
        ];
        let start = Start {
            name: format!("{}-{name}-{}", self.namespace, self.count),
            program: [&self.binaries.elect, &self.binaries.client_go, &self.binaries.knative][self.count % 3],
            args: options.iter().map(|(flag, value)| format!("--{flag}={value}")).collect(),
            kubeconfig: &self.kubeconfig,
            environment: Vec::new(),
            folder: &self.folder,
        };
        let process = Process::start(start, |_| ())?;
        self.pods.push(Running { name: name.to_owned(), component, process });
        Ok(())
    }
}

/// Makes a Deployment with its ReplicaSet, and a StatefulSet, and returns how their pods refer to them.
async fn owners(client: &Client, namespace: &str) -> anyhow::Result<[Value; 2]> {
    let labels = |app: &str| json!({ "app": app });
    let spec = |app: &str| {
        json!({
            "replicas": 2, "selector": { "matchLabels": labels(app) }, "serviceName": app,
            "template": {
                "metadata": { "labels": labels(app) }, "spec": { "containers": [{ "name": "c", "image": "i" }] },
            },
        })
    };
    let (once, mut web) = (PostParams::default(), spec("web"));
    web.as_object_mut().context("an object")?.remove("serviceName");
    let object = |name: &str, spec: &Value| json!({ "metadata": { "name": name }, "spec": spec });
    let deployments: Api<Deployment> = Api::namespaced(client.clone(), namespace);
    let deployment = deployments.create(&once, &serde_json::from_value(object("web", &web))?).await?;
    let mut set = object("web-7d9c5bd78f", &web);
    set["metadata"]["ownerReferences"] = json!([reference("Deployment", "web", deployment.uid())]);
    let sets: Api<ReplicaSet> = Api::namespaced(client.clone(), namespace);
    let set = sets.create(&once, &serde_json::from_value(set)?).await?;
    let stateful: Api<StatefulSet> = Api::namespaced(client.clone(), namespace);
    let stateful = stateful.create(&once, &serde_json::from_value(object("db", &spec("db")))?).await?;
    Ok([reference("ReplicaSet", "web-7d9c5bd78f", set.uid()), reference("StatefulSet", "db", stateful.uid())])
}

fn reference(kind: &str, name: &str, uid: Option<String>) -> Value {
    json!({ "apiVersion": "apps/v1", "kind": kind, "name": name, "uid": uid, "controller": true })
}
