//! An API server over HTTP, and the command run against it.

use std::io::Write as _;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::process::Stdio;

use k8s_openapi::api::core::v1::Pod;
use kube::Api;
use kube::api::{Patch, PatchParams};
use le_testkit::{ApiServer, Listening};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::process::Command;

pub(crate) const PROGRAM: &str = env!("CARGO_BIN_EXE_kubectl-le");

pub(crate) struct Bench {
    pub(crate) server: ApiServer,
    _listening: Listening,
    pub(crate) folder: TempDir,
}

/// What came of a command.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Bench {
    pub(crate) async fn new() -> Self {
        let server = ApiServer::new();
        let listening = server.listen(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).await.unwrap();
        let folder = TempDir::new().unwrap();
        std::fs::write(folder.path().join("kubeconfig"), listening.kubeconfig("kubectl-le")).unwrap();
        server.create_namespace("acme");
        Self { server, _listening: listening, folder }
    }

    pub(crate) fn kubeconfig(&self) -> PathBuf {
        self.folder.path().join("kubeconfig")
    }

    /// Runs the command in the namespace `acme`.
    pub(crate) async fn run(&self, args: &[&str]) -> Said {
        self.run_in(args, &[]).await
    }

    pub(crate) async fn run_in(&self, args: &[&str], environment: &[(&str, &str)]) -> Said {
        let kubeconfig = self.kubeconfig();
        let at = ["--kubeconfig", kubeconfig.to_str().unwrap(), "-n", "acme"];
        run_in(&[args, &at].concat(), "", environment).await
    }

    pub(crate) fn lease(&self, name: &str, spec: Value) {
        self.server.fill([json!({
            "apiVersion": "coordination.k8s.io/v1", "kind": "Lease",
            "metadata": { "name": name, "namespace": "acme" }, "spec": spec,
        })]);
    }

    /// Makes a pod that runs.
    pub(crate) async fn pod(&self, name: &str) {
        let pod =
            json!({ "apiVersion": "v1", "kind": "Pod", "metadata": { "name": name, "namespace": "acme" } });
        self.server.fill([pod]);
        let pods: Api<Pod> = Api::namespaced(self.server.client("kubelet"), "acme");
        let status = Patch::Merge(json!({ "status": { "phase": "Running" } }));
        pods.patch_status(name, &PatchParams::default(), &status).await.unwrap();
    }

    /// Writes a file, and returns where it is.
    pub(crate) fn file(&self, name: &str, text: &str) -> String {
        let path = self.folder.path().join(name);
        std::fs::File::create(&path).unwrap().write_all(text.as_bytes()).unwrap();
        path.to_str().unwrap().to_owned()
    }
}

/// Runs the command, with no other way to a cluster than what is said.
pub(crate) async fn run(args: &[&str], input: &str) -> Said {
    run_in(args, input, &[]).await
}

async fn run_in(args: &[&str], input: &str, environment: &[(&str, &str)]) -> Said {
    let mut command = Command::new(PROGRAM);
    command.args(args).envs(environment.iter().copied()).env_remove("KUBECONFIG").env("HOME", "/nonexistent");
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_owned();
    let writing = tokio::spawn(async move {
        let _ = tokio::io::AsyncWriteExt::write_all(&mut stdin, input.as_bytes()).await;
    });
    let output = child.wait_with_output().await.unwrap();
    writing.await.unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    Said { code: output.status.code().unwrap_or(-1), out: text(output.stdout), err: text(output.stderr) }
}

/// A Lease that is held, and was renewed long ago.
pub(crate) fn held(holder: &str) -> Value {
    json!({
        "holderIdentity": holder, "leaseDurationSeconds": 15, "leaseTransitions": 3,
        "acquireTime": "2026-01-01T00:00:00.000000Z", "renewTime": "2026-01-01T00:00:10.000000Z",
    })
}
