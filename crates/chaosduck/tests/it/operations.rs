//! `docs/operations.md` shows a round. `cargo xtask pictures` writes it anew.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;

use regex::Regex;
use tempfile::TempDir;
use tokio::process::Command;

use crate::bench::{cluster, take_over};

/// Moments and measured times are others in each run.
fn steady(text: &str) -> String {
    let moments = Regex::new(r"\d{4}-\d\d-\d\dT[0-9:.]+Z").unwrap().replace_all(text, "T").into_owned();
    let times = Regex::new(r"\d+\.\d+ ?s").unwrap().replace_all(&moments, "0 s").into_owned();
    Regex::new(" +").unwrap().replace_all(&times, " ").into_owned()
}

#[tokio::test]
async fn the_document_shows_a_round() {
    let server = cluster();
    let listening = server.listen(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).await.unwrap();
    let folder = TempDir::new().unwrap();
    let kubeconfig = folder.path().join("kubeconfig");
    std::fs::write(&kubeconfig, listening.kubeconfig("duck")).unwrap();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/operations.md");
    let document = std::fs::read_to_string(&path).unwrap();
    let (before, rest) = document.split_once("```console\n$ chaosduck ").unwrap();
    let (shown, after) = rest.split_once("```").unwrap();
    let command = shown.lines().next().unwrap();

    let replicas = tokio::spawn(take_over(server));
    let mut duck = Command::new(env!("CARGO_BIN_EXE_chaosduck"));
    duck.args(command.split(' ')).args(["-n", "acme", "--kubeconfig"]).arg(&kubeconfig);
    let output = duck.output().await.unwrap();
    replicas.abort();
    assert!(output.status.success(), "{output:?}");
    let said = [output.stderr, output.stdout].map(|said| String::from_utf8(said).unwrap()).concat();
    let written = format!("{command}\n{said}");
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&path, format!("{before}```console\n$ chaosduck {written}```{after}")).unwrap();
    } else {
        assert_eq!(steady(shown), steady(&written), "`cargo xtask pictures` writes the document anew");
    }
}
