//! `kubectl le owner`.

use serde_json::{Value, json};

use crate::bench::{Bench, held, run};

#[tokio::test]
async fn keys_are_divided_by_names_without_a_cluster() {
    let bench = Bench::new().await;
    // The reference's own examples.
    let names = bench.file("names", "monsoon\nchubasco\n\naguacero\nchaparrón\n");
    let said =
        run(&["owner", "--names-from", &names, "ns/a", "/node", "-", "-o", "json"], "x/y\n\nz/w\r\n").await;
    assert_eq!((said.code, &*said.err), (0, ""), "{said:?}");
    let rows: Vec<Value> = serde_json::from_str(&said.out).unwrap();
    let keys: Vec<&str> = rows.iter().map(|row| row["key"].as_str().unwrap()).collect();
    assert_eq!(keys, ["ns/a", "/node", "x/y", "z/w"]);
    let set = le_hash::BucketSet::new(["monsoon", "chubasco", "aguacero", "chaparrón"]).unwrap();
    for row in &rows {
        let (namespace, name) = row["key"].as_str().unwrap().split_once('/').unwrap();
        let owner = set.owner(&le_core::NamespacedName::new(namespace, name));
        assert_eq!(row["bucket"], owner.as_str());
        assert_eq!(row.get("holder"), None, "no cluster was asked");
    }
    assert_eq!(bench.server.log().len(), 0);
}

#[tokio::test]
async fn the_cluster_says_how_many_buckets_there_are_and_who_holds_them() {
    let bench = Bench::new().await;
    bench.server.fill([json!({
        "apiVersion": "v1", "kind": "ConfigMap", "metadata": { "name": "config-leader-election", "namespace": "acme" },
        "data": { "buckets": "2", "map-lease-prefix.widgets.acme": "short" },
    })]);
    bench.lease("short.00-of-02", held("pod-1_x"));
    bench.lease("short.01-of-02", json!({ "holderIdentity": "" }));
    let keys: Vec<String> = (0..20).map(|number| format!("ns/object-{number}")).collect();
    let mut args = vec!["owner", "--component", "widgets", "--queue", "acme", "-o", "json"];
    args.extend(keys.iter().map(String::as_str));
    let said = bench.run(&args).await;
    assert_eq!((said.code, &*said.err), (0, ""), "{said:?}");
    let rows: Vec<Value> = serde_json::from_str(&said.out).unwrap();
    assert_eq!(rows.len(), 20);
    for row in &rows {
        match row["bucket"].as_str().unwrap() {
            "short.00-of-02" => assert_eq!(row["holder"], "pod-1_x"),
            "short.01-of-02" => assert_eq!(row["holder"], Value::Null),
            other => panic!("{other}"),
        }
    }
    let table = bench
        .run(&["owner", "--component", "widgets", "--queue", "acme", "ns/object-0", "ns/object-1"])
        .await;
    insta::assert_snapshot!(table.out, @"
    KEY                                       BUCKET                            HOLDER
    ns/object-0                               short.01-of-02                    nobody
    ns/object-1                               short.00-of-02                    pod-1_x
    ");
}

#[tokio::test]
async fn a_number_of_buckets_that_no_lease_has_is_warned_of() {
    let bench = Bench::new().await;
    bench.lease("widgets.acme.00-of-01", held("pod-1_x"));
    let said =
        bench.run(&["owner", "--component", "widgets", "--queue", "acme", "--buckets", "3", "ns/a"]).await;
    assert_eq!(said.code, 0);
    assert!(
        said.err.contains("warning: no Lease of 3 buckets")
            && said.err.contains("there are Leases of 1 buckets"),
        "{said:?}"
    );
}

#[tokio::test]
async fn a_key_that_is_none_is_told_with_its_line_and_the_others_are_answered() {
    let bench = Bench::new().await;
    let names = bench.file("names", "a\n");
    let said = run(&["owner", "--names-from", &names, "-"], "ns/a\nnode\nns/b\n").await;
    assert_eq!(said.code, 1);
    assert!(said.err.contains("line 2: key \"node\" has no slash"), "{said:?}");
    assert!(said.out.contains("ns/a") && said.out.contains("ns/b"), "{said:?}");
}

#[tokio::test]
async fn what_is_missing_or_no_name_is_refused() {
    let bench = Bench::new().await;
    let usage = run(&["owner", "ns/a"], "").await;
    assert!(usage.code == 2 && usage.err.contains("--component"), "{usage:?}");
    let empty = bench.file("empty", "\n\n");
    let said = run(&["owner", "--names-from", &empty, "ns/a"], "").await;
    assert!(said.code == 1 && said.err.contains("has no names"), "{said:?}");
    let said = bench.run(&["owner", "--component", "Not Valid", "--queue", "q", "ns/a"]).await;
    assert!(said.code == 1 && said.err.contains("not valid"), "{said:?}");
}
