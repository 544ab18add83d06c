//! The example `serve`, as a process.

use std::io::{BufRead, BufReader, Read};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use k8s_openapi::api::coordination::v1::Lease;
use kube::api::Api;
use kube::config::{KubeConfigOptions, Kubeconfig};
use kube::{Client, Config};

use crate::support::*;

/// The example lies beside this test, for cargo builds both.
fn serve(arguments: &[&str]) -> Child {
    let test = std::env::current_exe().unwrap();
    let path: PathBuf = test.ancestors().nth(2).unwrap().join("examples/serve");
    let mut command = Command::new(path);
    command.args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

fn first_line(child: &mut Child) -> String {
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    line
}

async fn leases(kubeconfig: &Path) -> Api<Lease> {
    let kubeconfig = Kubeconfig::read_from(kubeconfig).unwrap();
    let config = Config::from_custom_kubeconfig(kubeconfig, &KubeConfigOptions::default()).await.unwrap();
    Api::default_namespaced(Client::try_from(config).unwrap())
}

#[tokio::test]
async fn it_serves_until_it_is_told_to_stop_and_exits_with_0() {
    for signal in ["-TERM", "-INT"] {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("kubeconfig");
        let mut child = serve(&["--kubeconfig", file.to_str().unwrap()]);
        let line = first_line(&mut child);
        assert!(line.starts_with("listening on http://127.0.0.1:"), "{line}");
        assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600);
        leases(&file).await.create(&post(), &lease("x", "me")).await.unwrap();
        Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap();
        assert!(child.wait().unwrap().success());
    }
}

#[tokio::test]
async fn a_port_in_use_and_a_folder_that_is_not_there_are_told_and_exit_with_1() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    for (arguments, message) in [
        (["--port", port.as_str(), "--kubeconfig", "/dev/null"], "the port is in use; choose another one"),
        (
            ["--port", "0", "--kubeconfig", "/nowhere/at/all"],
            "cannot write the kubeconfig to /nowhere/at/all",
        ),
    ] {
        let mut child = serve(&arguments);
        let mut text = String::new();
        child.stderr.take().unwrap().read_to_string(&mut text).unwrap();
        assert!(text.contains(message), "{text}");
        assert_eq!(child.wait().unwrap().code(), Some(1));
    }
}
