//! The program as a user has it: a process, a kubeconfig, and an API server over HTTP.

use std::net::{Ipv4Addr, SocketAddr};
use std::process::{Output, Stdio};
use std::time::Duration;

use le_testkit::{ApiServer, Listening};
use serde_json::Value;
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, BufReader};
use tokio::process::Command;

use crate::bench::{cluster, take_over};

const PROGRAM: &str = env!("CARGO_BIN_EXE_chaosduck");

struct Place {
    _listening: Listening,
    folder: TempDir,
}

impl Place {
    async fn of(server: &ApiServer) -> Self {
        let listening = server.listen(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).await.unwrap();
        let folder = TempDir::new().unwrap();
        let place = Self { folder, _listening: listening };
        std::fs::write(place.kubeconfig(), place._listening.kubeconfig("duck")).unwrap();
        place
    }

    fn kubeconfig(&self) -> std::path::PathBuf {
        self.folder.path().join("kubeconfig")
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(PROGRAM);
        command.arg("--kubeconfig").arg(self.kubeconfig()).args(args).kill_on_drop(true);
        command.env_remove("KUBECONFIG").env("HOME", "/nonexistent");
        command
    }
}

fn text(output: &Output) -> (String, String) {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (text(&output.stdout), text(&output.stderr))
}

#[tokio::test]
async fn it_prints_an_object_a_line_and_the_summary_last() {
    let server = cluster();
    let place = Place::of(&server).await;
    let replicas = tokio::spawn(take_over(server));
    let output =
        place.command(&["-namespace=acme", "--once", "-o", "json", "--seed", "1"]).output().await.unwrap();
    replicas.abort();
    let (out, err) = text(&output);
    assert_eq!((output.status.code(), &*err), (Some(0), ""), "{out}");
    let lines: Vec<Value> = out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let count = |event: &str| lines.iter().filter(|line| line["event"] == event).count();
    assert_eq!((count("struck"), count("handedOver")), (2, 2), "{out}");
    let summary = &lines.last().unwrap()["summary"];
    assert_eq!(summary["components"]["web"]["kills"], 1);
    assert!(summary["components"]["db"]["p90"].is_number(), "{summary}");
}

#[tokio::test]
async fn ctrl_c_ends_it_in_order_with_the_table() {
    let server = cluster();
    let place = Place::of(&server).await;
    let mut child =
        place.command(&["-n", "acme"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut out = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    out.read_line(&mut line).await.unwrap();
    assert!(line.contains("deleted pod"), "{line}");
    let pid = child.id().unwrap().to_string();
    std::process::Command::new("kill").args(["-INT", &pid]).status().unwrap();
    let mut rest = String::new();
    out.read_to_string(&mut rest).await.unwrap();
    let status = tokio::time::timeout(Duration::from_secs(10), child.wait()).await.unwrap().unwrap();
    assert_eq!(status.code(), Some(0), "{rest}");
    assert!(rest.contains("COMPONENT  KILLS  HANDED OVER"), "{rest}");
    assert!(rest.contains("1 not yet seen"), "{rest}");
}

#[tokio::test]
async fn a_lease_that_never_came_back_is_an_exit_code() {
    let server = cluster();
    let place = Place::of(&server).await;
    let output = place.command(&["-n", "acme", "--once", "--bound", "500ms"]).output().await.unwrap();
    let (out, _) = text(&output);
    assert_eq!(output.status.code(), Some(1), "{out}");
    assert!(out.contains("has had no new holder since"), "{out}");
}

#[tokio::test]
async fn it_goes_neither_into_kube_system_nor_where_production_is_unless_told() {
    let server = cluster();
    let place = Place::of(&server).await;
    let output = place.command(&["-n", "kube-system", "--once"]).output().await.unwrap();
    assert!(output.status.code() == Some(1) && text(&output).1.contains("say --yes"), "{output:?}");
    let yes = place.command(&["-n", "kube-system", "--once", "--yes"]).output().await.unwrap();
    assert_eq!(yes.status.code(), Some(0), "{yes:?}");
    let config = std::fs::read_to_string(place.kubeconfig()).unwrap();
    std::fs::write(place.kubeconfig(), config.replace("le-testkit", "eu-Prod-1")).unwrap();
    let output = place.command(&["-n", "acme", "--once"]).output().await.unwrap();
    assert!(
        output.status.code() == Some(1) && text(&output).1.contains("\"eu-Prod-1\" looks like production"),
        "{output:?}"
    );
    assert_eq!(server.log().count(|request| request.verb().is_write()), 0);
}

#[tokio::test]
async fn bad_input_is_told_with_its_key_and_value() {
    let server = ApiServer::new();
    let place = Place::of(&server).await;
    for (args, code, said) in [
        (&["--period", "soon"][..], 2, "invalid value 'soon' for '--period"),
        (&["--factor=-1"], 2, "invalid value '-1' for '--factor"),
        (&["--mode", "shoot"], 2, "invalid value 'shoot' for '--mode"),
        (&["--disable-regex", "a("], 2, "invalid value 'a(' for '--disable-regex"),
        (&["--period", "0s"], 2, "it must be longer than nothing"),
        (&["-n", "nowhere", "--once"], 1, "there is no namespace \"nowhere\""),
        (&["--context", "nope"], 1, "nope"),
    ] {
        let output = place.command(args).output().await.unwrap();
        let (_, err) = text(&output);
        assert!(output.status.code() == Some(code) && err.contains(said), "{args:?}: {output:?}");
    }
}

#[tokio::test]
async fn the_rights_are_those_of_the_mode() {
    let server = ApiServer::new();
    let place = Place::of(&server).await;
    for (mode, verbs) in
        [("delete", "delete"), ("evict", "pods/eviction"), ("lease", "update"), ("steal", "update")]
    {
        let output = place.command(&["--print-rbac", "--mode", mode, "-n", "acme"]).output().await.unwrap();
        let (out, _) = text(&output);
        assert!(output.status.success() && out.contains(verbs) && out.contains("namespace: acme"), "{out}");
    }
}

#[tokio::test]
async fn it_stops_at_once_though_the_cluster_is_silent() {
    let server = cluster();
    server.faults().rule().client("duck").kind("Pod").hang_before();
    let place = Place::of(&server).await;
    for signal in ["-INT", "-TERM"] {
        let mut child = place.command(&["-n", "acme"]).stdout(Stdio::piped()).spawn().unwrap();
        tokio::time::sleep(Duration::from_secs(1)).await;
        let pid = child.id().unwrap().to_string();
        std::process::Command::new("kill").args([signal, &pid]).status().unwrap();
        let status = tokio::time::timeout(Duration::from_secs(5), child.wait()).await;
        assert_eq!(status.unwrap().unwrap().code(), Some(0), "{signal}");
    }
}

#[tokio::test]
async fn yaml_is_a_stream_of_documents() {
    let server = cluster();
    let place = Place::of(&server).await;
    let output = place.command(&["-n", "acme", "--once", "--dry-run", "-o", "yaml"]).output().await.unwrap();
    let (out, _) = text(&output);
    let read = |part: &str| serde_yaml::from_str::<Value>(part).unwrap();
    let events: Vec<Value> = out.split("---\n").skip(1).map(read).collect();
    assert_eq!(events.len(), 3, "{out}");
    assert_eq!((&events[0]["event"], &events[2]["event"]), (&"struck".into(), &"summary".into()), "{out}");
}

#[tokio::test]
async fn that_nobody_reads_on_ends_it_in_order() {
    let server = cluster();
    let place = Place::of(&server).await;
    let mut child = place.command(&["-n", "acme", "-o", "json"]).stdout(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let status = tokio::time::timeout(Duration::from_secs(10), child.wait()).await.unwrap().unwrap();
    assert_eq!(status.code(), Some(0));
}
