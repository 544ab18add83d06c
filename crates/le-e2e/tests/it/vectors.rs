//! The check of golden vectors can pass, and can fail.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use tempfile::TempDir;

/// Three names and two keys, as the reference answers.
const HASH: &str = r#"{"names":["task1","task2","task3"],"keys":[["something","another-key"]],"owners":[1]}"#;
const SUBSET: &str = r#"{"names":["sun","moon","mars","mercury"],"n":2,"target":"a target!","subset":[1,3]}"#;

fn vectors(dir: &Path) -> Output {
    Command::new(env!("CARGO_BIN_EXE_vectors")).arg(dir).output().expect("the program starts")
}

fn last_line(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).lines().last().unwrap_or_default().to_owned()
}

fn folder(files: &[(&str, &str)]) -> TempDir {
    let dir = tempfile::tempdir().expect("there is room for a folder");
    for (name, text) in files {
        fs::write(dir.path().join(name), text).expect("there is room for a file");
    }
    dir
}

#[test]
fn the_copies_that_the_crates_hold_pass() {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    for name in ["le-config", "le-hash", "le-statefulset"] {
        let output = vectors(&crates.join(name).join("tests/data"));
        assert!(output.status.success(), "{name}: {output:?}");
        assert!(last_line(&output).ends_with(" passed, 0 failed"), "{name}: {output:?}");
    }
}

#[test]
fn one_owner_that_was_changed_is_found() {
    let changed = HASH.replace("[1]}", "[2]}");
    let dir = folder(&[("hash.jsonl", &format!("{HASH}\n{changed}\n")), ("subset.jsonl", SUBSET)]);
    let output = vectors(dir.path());
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(last_line(&output), "2 passed, 1 failed");
    let text = String::from_utf8_lossy(&output.stdout);
    let line = r#"hash.jsonl:2: ("something", "another-key"): expected "task3", came "task2""#;
    assert!(text.lines().any(|found| found == line), "{text}");
}

#[test]
fn a_line_that_cannot_be_read_is_a_failure() {
    let dir = folder(&[("subset.jsonl", &format!("{{}}\n{SUBSET}\n"))]);
    let output = vectors(dir.path());
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(last_line(&output), "1 passed, 1 failed");
}

#[test]
fn only_the_first_failures_are_shown_and_all_are_counted() {
    let changed = SUBSET.replace("[1,3]", "[0,3]");
    let dir = folder(&[("subset.jsonl", &format!("{changed}\n").repeat(50))]);
    let output = vectors(dir.path());
    assert_eq!(last_line(&output), "0 passed, 50 failed");
    assert_eq!(String::from_utf8_lossy(&output.stdout).matches("expected").count(), 20);
}

#[test]
fn a_folder_without_a_case_is_refused() {
    let cases = [
        (folder(&[("notes.txt", "")]), "holds none of hash.jsonl"),
        (folder(&[("hash.jsonl", "")]), "hold no case"),
    ];
    for (dir, message) in cases {
        let output = vectors(dir.path());
        assert_eq!(output.status.code(), Some(1));
        assert!(String::from_utf8_lossy(&output.stderr).contains(message), "{output:?}");
    }
    assert_eq!(vectors(Path::new("no/such/folder")).status.code(), Some(1));
}
