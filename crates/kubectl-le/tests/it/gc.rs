//! `kubectl le gc`.

use serde_json::{Value, json};

use crate::bench::{Bench, held};

async fn two_counts() -> Bench {
    let bench = Bench::new().await;
    bench.lease("widgets.acme.00-of-01", held("pod-1_x"));
    bench.lease(
        "widgets.acme.00-of-02",
        json!({ "holderIdentity": "", "renewTime": "2026-01-01T00:00:00.000000Z" }),
    );
    let mut other = held("pod-2_x");
    other["leaseDurationSeconds"] = json!(1);
    bench.lease("widgets.acme.01-of-02", other);
    bench.lease("lock", held("x"));
    bench
}

fn left(bench: &Bench) -> usize {
    bench.server.log().count(|request| request.verb() == le_testkit::Verb::Delete)
}

#[tokio::test]
async fn nothing_is_removed_unless_it_is_said() {
    let bench = two_counts().await;
    let said = bench.run(&["gc", "--buckets", "1"]).await;
    assert_eq!(said.code, 0, "{said:?}");
    insta::assert_snapshot!(said.out, @"
    LEASE                  WHAT
    widgets.acme.00-of-02  would be removed
    widgets.acme.01-of-02  would be removed

    Nothing was removed: say --dry-run=false to do it.
    ");
    assert_eq!(left(&bench), 0);
}

#[tokio::test]
async fn leases_of_an_older_number_are_removed_as_they_were_read() {
    let bench = two_counts().await;
    let said = bench.run(&["gc", "--buckets", "1", "--dry-run=false", "-o", "json"]).await;
    assert_eq!(said.code, 0, "{said:?}");
    let fates: Vec<Value> = serde_json::from_str(&said.out).unwrap();
    assert_eq!(fates.iter().map(|fate| fate["removed"].as_bool().unwrap()).collect::<Vec<_>>(), [true, true]);
    let entries = bench.server.log().entries();
    let deletions: Vec<_> = entries.iter().filter(|entry| entry.verb() == le_testkit::Verb::Delete).collect();
    assert_eq!(deletions.len(), 2);
    for entry in deletions {
        let body = entry.json().unwrap_or_default();
        assert!(
            body["preconditions"]["uid"].is_string() && body["preconditions"]["resourceVersion"].is_string(),
            "{body}"
        );
    }
    let rest = bench.run(&["status", "--observe", "0s", "-o", "json"]).await;
    let rest: Value = serde_json::from_str(&rest.out).unwrap();
    let names: Vec<&str> =
        rest["leases"].as_array().unwrap().iter().map(|row| row["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["lock", "widgets.acme.00-of-01"]);
}

#[tokio::test]
async fn a_lease_that_is_renewed_while_one_looks_stays() {
    let bench = two_counts().await;
    let server = bench.server.clone();
    let renewing = tokio::spawn(async move {
        loop {
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
            server.take_lease("widgets.acme.01-of-02", "pod-2_x", std::time::Duration::from_secs(1));
        }
    });
    let said = bench.run(&["gc", "--buckets", "1", "--dry-run=false", "--unrenewed-for", "0s"]).await;
    renewing.abort();
    assert!(said.out.contains("kept: it has changed meanwhile"), "{said:?}");
    assert_eq!(left(&bench), 1);
}

#[tokio::test]
async fn the_present_number_is_that_of_the_config_map() {
    let bench = two_counts().await;
    let said = bench.run(&["gc"]).await;
    assert!(said.code == 1 && said.err.contains("--buckets"), "{said:?}");
    bench.server.fill([json!({
        "apiVersion": "v1", "kind": "ConfigMap", "metadata": { "name": "config-leader-election", "namespace": "acme" },
        "data": { "buckets": "2" },
    })]);
    let said = bench.run(&["gc"]).await;
    assert!(
        said.code == 0 && said.out.contains("of the 2 present Leases of its queue 1 are held"),
        "{said:?}"
    );
}

#[tokio::test]
async fn without_the_right_to_delete_it_says_so() {
    let bench = two_counts().await;
    bench.server.faults().rule().verb(le_testkit::Verb::Delete).fail_before(403);
    let said = bench.run(&["gc", "--buckets", "1", "--dry-run=false"]).await;
    assert!(said.code == 1 && said.out.contains("kept: cannot delete the Lease"), "{said:?}");
}
