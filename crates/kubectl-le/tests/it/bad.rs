//! Bad input, of every kind.

use std::process::Stdio;
use std::time::Duration;

use serde_json::{Value, json};

use crate::bench::{Bench, PROGRAM, held, run};

#[tokio::test]
async fn without_a_cluster_it_says_so_and_what_to_do() {
    let none = run(&["status"], "").await;
    assert_eq!(none.code, 1);
    assert!(none.err.contains("no kubeconfig") && none.err.contains("--kubeconfig"), "{none:?}");
    let missing = run(&["status", "--kubeconfig", "/nonexistent/config"], "").await;
    assert!(missing.code == 1 && missing.err.contains("/nonexistent/config"), "{missing:?}");
    let bench = Bench::new().await;
    let context = bench.run(&["status", "--context", "nowhere"]).await;
    assert!(context.code == 1 && context.err.contains("nowhere"), "{context:?}");
    let text = std::fs::read_to_string(bench.kubeconfig()).unwrap();
    let at = text.lines().find_map(|line| line.trim().strip_prefix("server: ")).unwrap();
    let dead = bench.file("dead", &text.replace(at, "http://127.0.0.1:1"));
    let dead = run(&["status", "--kubeconfig", &dead], "").await;
    assert!(dead.code == 1 && dead.err.contains("cannot be reached"), "{dead:?}");
}

#[tokio::test]
async fn without_rights_it_says_which_is_missing() {
    let bench = Bench::new().await;
    bench.lease("lock", held("pod-1_x"));
    bench.server.faults().rule().kind("Pod").fail_before(403);
    let said = bench.run(&["status", "--observe", "0s"]).await;
    assert_eq!(said.code, 0, "{said:?}");
    assert!(
        said.out
            .contains("Which pods live is not known: cannot list pods in namespace \"acme\": not allowed"),
        "{said:?}"
    );
    bench.server.faults().rule().kind("Lease").fail_before(403);
    let said = bench.run(&["status"]).await;
    assert!(
        said.code == 1 && said.err.contains("cannot list leases in namespace \"acme\": not allowed"),
        "{said:?}"
    );
}

#[tokio::test]
async fn a_namespace_that_is_not_there_is_told_from_an_empty_one() {
    let bench = Bench::new().await;
    let kubeconfig = bench.kubeconfig();
    let said = run(&["status", "-n", "nope", "--kubeconfig", kubeconfig.to_str().unwrap()], "").await;
    assert!(said.code == 1 && said.err.contains("there is no namespace \"nope\""), "{said:?}");
    let empty = bench.run(&["status"]).await;
    assert!(empty.code == 0 && empty.out.contains("no Lease of an election"), "{empty:?}");
}

/// In how many ways a Lease may be odd that an API server has let in.
fn odd() -> Vec<Value> {
    let with = |more: Value| {
        let mut spec = held("pod-1_x");
        spec.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        spec
    };
    vec![
        Value::Null,
        json!({}),
        json!({ "holderIdentity": null }),
        json!({ "holderIdentity": "x" }),
        with(json!({ "leaseDurationSeconds": null })),
        with(json!({ "leaseDurationSeconds": 2_147_483_647 })),
        with(json!({ "renewTime": null })),
        with(json!({ "acquireTime": null, "renewTime": null })),
        with(json!({ "renewTime": "2999-01-01T00:00:00.000000Z" })),
        with(json!({ "leaseTransitions": null })),
        with(json!({ "leaseTransitions": 2_147_483_647 })),
        with(json!({ "holderIdentity": "\u{1b}[31mred\u{7}" })),
        with(json!({ "holderIdentity": "x".repeat(5_000) })),
        with(json!({ "holderIdentity": " " })),
        with(json!({ "holderIdentity": "_" })),
        with(json!({ "holderIdentity": "Not A Pod" })),
    ]
}

#[tokio::test]
async fn odd_leases_are_shown_and_do_nothing_to_a_terminal() {
    let bench = Bench::new().await;
    for (number, spec) in odd().into_iter().enumerate() {
        bench.lease(&format!("odd-{number:02}"), spec);
    }
    for format in ["table", "wide", "json", "yaml"] {
        let said = bench.run(&["status", "--observe", "50ms", "-o", format]).await;
        assert_eq!(said.code, 3, "{said:?}");
        assert!(said.out.contains("odd-15"), "{said:?}");
        assert!(
            !said.out.contains(['\u{1b}', '\u{7}']),
            "{format} lets control characters through: {:?}",
            said.out
        );
    }
    let said = bench.run(&["status", "--observe", "50ms"]).await;
    for words in [
        "renewTime is missing",
        "is missing: each reader counts its own",
        "blocks it for 24855 days",
        "top of its range",
    ] {
        assert!(said.out.contains(words), "nothing says {words:?}: {}", said.out);
    }
}

#[tokio::test]
async fn five_thousand_leases_are_listed_in_pages() {
    let bench = Bench::new().await;
    bench.server.fill((0..5_000).map(|number| {
        json!({
            "apiVersion": "coordination.k8s.io/v1", "kind": "Lease",
            "metadata": { "name": format!("c.q{:02}.{:04}-of-1000", number / 1000, number % 1000), "namespace": "acme" },
            "spec": held("pod-1_x"),
        })
    }));
    let said = bench.run(&["status", "--observe", "0s", "-o", "json"]).await;
    let told: Value = serde_json::from_str(&said.out).unwrap();
    assert_eq!(told["leases"].as_array().unwrap().len(), 5_000);
    assert_eq!(bench.server.log().count(|request| request.kind() == "Lease"), 10);
}

#[tokio::test]
async fn a_pipe_that_is_closed_is_no_error() {
    let bench = Bench::new().await;
    let names = bench.file("names", "a\nb\n");
    let shell = format!("yes ns/name | head -200000 | {PROGRAM} owner --names-from {names} - | head -1");
    let mut command = tokio::process::Command::new("bash");
    command.args(["-c", &format!("set -o pipefail; {shell}")]).stdout(Stdio::piped()).stderr(Stdio::piped());
    let output = tokio::time::timeout(Duration::from_secs(60), command.output()).await.unwrap().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    assert!(String::from_utf8_lossy(&output.stdout).starts_with("KEY"));
}
