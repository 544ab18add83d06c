//! `docs/operations.md` shows what the commands print. `cargo xtask pictures` writes it anew.

use std::path::Path;

use serde_json::{Value, json};

use crate::bench::{Bench, held};

const CLUSTER: &str = include_str!("../../../../docs/operations/cluster.yaml");

/// Makes the cluster of the document.
async fn cluster() -> Bench {
    let bench = Bench::new().await;
    let cluster: Value = serde_yaml::from_str(CLUSTER).unwrap();
    bench.server.fill([json!({
        "apiVersion": "v1", "kind": "ConfigMap", "data": cluster["config"],
        "metadata": { "name": "config-leader-election", "namespace": "acme" },
    })]);
    for pod in cluster["pods"].as_array().unwrap() {
        bench.pod(pod.as_str().unwrap()).await;
    }
    for lease in cluster["leases"].as_array().unwrap() {
        let mut spec = held(lease["holder"].as_str().unwrap());
        if let Some(duration) = lease.get("duration") {
            spec["leaseDurationSeconds"] = duration.clone();
        }
        bench.lease(lease["name"].as_str().unwrap(), spec);
    }
    bench
}

#[tokio::test]
async fn the_document_shows_what_is_printed() {
    let bench = cluster().await;
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/operations.md");
    let document = std::fs::read_to_string(&path).unwrap();
    let mut written = String::new();
    let mut blocks = document.split("```console\n");
    written.push_str(blocks.next().unwrap());
    let mut tried = 0;
    for block in blocks {
        let (shown, rest) = block.split_once("```").unwrap();
        let command = shown.lines().next().unwrap();
        let Some(args) = command.strip_prefix("$ kubectl le ") else {
            // What another program prints is shown by its own test.
            written.push_str(&format!("```console\n{block}"));
            continue;
        };
        let args: Vec<&str> = args.split(' ').collect();
        let said = bench.run(&args).await;
        written.push_str(&format!("```console\n{command}\n{}{}```{rest}", said.err, said.out));
        tried += 1;
    }
    assert!(tried >= 5, "the document shows commands");
    same_or_anew(&path, &written);
}

#[tokio::test]
async fn the_picture_shows_what_is_printed() {
    let bench = cluster().await;
    let colours = [("CLICOLOR_FORCE", "1"), ("COLUMNS", "110")];
    let said = bench.run_in(&["status", "--observe", "0s"], &colours).await;
    assert!(said.out.contains('\u{1b}'), "a terminal has colours");
    let drawn = anstyle_svg::Term::new().render_svg(&format!("$ kubectl le status\n{}", said.out));
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/operations/status.svg");
    same_or_anew(&path, &drawn);
}

fn same_or_anew(path: &Path, written: &str) {
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(path, written).unwrap();
    } else {
        let shown = std::fs::read_to_string(path).unwrap_or_default();
        assert_eq!(shown, written, "`cargo xtask pictures` writes {} anew", path.display());
    }
}
