//! Bad input gets an error that says what to do, and an exit code that says there was one.

use std::io::Write;

use crate::demo::{demo, run};

fn refused(args: &[&str]) -> String {
    let output = run(args);
    assert!(!output.status.success(), "{args:?} was taken");
    assert!(output.stdout.is_empty(), "{args:?}");
    String::from_utf8(output.stderr).unwrap()
}

#[test]
fn numbers_and_durations_that_cannot_be_are_refused() {
    assert!(refused(&["--replicas", "0"]).contains("invalid value '0' for '--replicas"));
    assert!(refused(&["--buckets", "0"]).contains("buckets: value must be between 1 <= 0 <= 2048"));
    assert!(refused(&["--duration", "1s"]).contains("--duration (1s) is too short for a hand-over"));
    assert!(
        refused(&["--renew-deadline", "5s"])
            .contains("renew-deadline (5s) must be below lease-duration (3s)")
    );
}

#[test]
fn a_kubeconfig_that_is_missing_is_named() {
    let said = refused(&["--context", "prod"]);
    assert!(said.contains("/nowhere/kubeconfig") && said.contains("KUBECONFIG"), "{said}");
}

#[test]
fn a_context_that_the_kubeconfig_does_not_have_is_refused_with_those_that_it_has() {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(KUBECONFIG.as_bytes()).unwrap();
    let output = demo(&["--context", "prod"]).env("KUBECONFIG", file.path()).output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("no context \"prod\"") && said.contains("test"), "{said}");
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn a_cluster_that_does_not_answer_is_named() {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(KUBECONFIG.as_bytes()).unwrap();
    let output = demo(&["--context", "test"]).env("KUBECONFIG", file.path()).output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("a namespace cannot be created on http://127.0.0.1:9"), "{said}");
}

const KUBECONFIG: &str = r#"
apiVersion: v1
kind: Config
clusters: [{ name: test, cluster: { server: "http://127.0.0.1:9" } }]
users: [{ name: test, user: {} }]
contexts: [{ name: test, context: { cluster: test, user: test } }]
current-context: test
"#;
