//! Runs against a cluster that was there before, and is there afterwards.

use std::io::Write;
use std::net::{Ipv4Addr, SocketAddr};
use std::process::Output;

use k8s_openapi::api::core::v1::Namespace;
use kube::{Api, ResourceExt};
use le_testkit::{ApiServer, Listening};
use rustix::process::{Pid, Signal, kill_process};
use tempfile::NamedTempFile;
use tokio::task::spawn_blocking;

use crate::demo::{Running, demo, events};

const CONTEXT: [&str; 4] = ["--context", "le-testkit", "--output", "json"];

/// A server that stands for a real cluster, and the kubeconfig for it.
struct Cluster {
    server: ApiServer,
    kubeconfig: NamedTempFile,
    _listening: Listening,
}

impl Cluster {
    async fn start() -> Self {
        let server = ApiServer::new();
        let listening = server.listen(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).await.unwrap();
        let mut kubeconfig = NamedTempFile::new().unwrap();
        kubeconfig.write_all(listening.kubeconfig("demo").as_bytes()).unwrap();
        Self { server, kubeconfig, _listening: listening }
    }

    async fn namespaces(&self) -> Vec<String> {
        let namespaces = Api::<Namespace>::all(self.server.client("test"));
        namespaces.list(&Default::default()).await.unwrap().iter().map(ResourceExt::name_any).collect()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_on_a_cluster_makes_its_own_namespace_and_removes_it() {
    let cluster = Cluster::start().await;
    let before = cluster.namespaces().await;
    let mut command = demo(&[&CONTEXT[..], &["--duration", "4s", "--objects", "20"]].concat());
    command.env("KUBECONFIG", cluster.kubeconfig.path());
    let output: Output = spawn_blocking(move || command.output().unwrap()).await.unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");

    let namespace = events(&output)[0]["namespace"].as_str().unwrap().to_owned();
    assert!(namespace.starts_with("le-demo-") && !before.contains(&namespace), "{namespace}");
    assert_eq!(cluster.namespaces().await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_namespace_is_removed_when_a_run_is_interrupted() {
    let cluster = Cluster::start().await;
    let before = cluster.namespaces().await;
    let mut command = demo(&CONTEXT);
    command.env("KUBECONFIG", cluster.kubeconfig.path());
    let code = spawn_blocking(move || {
        let mut running = Running::start(command);
        running.until("lead");
        kill_process(Pid::from_child(&running.child), Signal::INT).unwrap();
        running.child.wait().unwrap().code()
    });
    assert_eq!(code.await.unwrap(), Some(130));
    assert_eq!(cluster.namespaces().await, before);
}
