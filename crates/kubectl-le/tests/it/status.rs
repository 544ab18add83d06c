//! `kubectl le status`.

use serde_json::{Value, json};

use crate::bench::{Bench, held};

async fn three_buckets() -> Bench {
    let bench = Bench::new().await;
    bench.pod("widgets-7d9c-aaaaa").await;
    bench.lease("widgets.acme.00-of-03", held("widgets-7d9c-aaaaa_0c9f1a2b-5555-4444-9999-000000000000"));
    bench.lease("widgets.acme.01-of-03", held("widgets-7d9c-bbbbb_1111aaaa-5555-4444-9999-000000000000"));
    bench.lease("widgets.acme.02-of-03", json!({ "holderIdentity": "", "leaseDurationSeconds": 1 }));
    bench
}

#[tokio::test]
async fn each_lease_is_shown_with_its_holder_and_the_buckets_are_counted() {
    let bench = three_buckets().await;
    let said = bench.run(&["status", "--observe", "0s"]).await;
    assert_eq!((said.code, &*said.err), (3, ""), "{said:?}");
    insta::assert_snapshot!(said.out, @"
    widgets / acme in acme: 1 of 3 led
    BUCKET    STATE  HOLDER                        POD      RENEWED  TERM  PER DAY
    00-of-03  held   widgets-7d9c-aaaaa_0c9f1a2b…  running  ?        3     -
    01-of-03  gone   widgets-7d9c-bbbbb_1111aaaa…  gone     ?        3     -
    02-of-03  free   -                             -        -        -     -

    COMPONENT  QUEUE  HOLDER                        BUCKETS
    widgets    acme   nobody                        2 of 3
    widgets    acme   widgets-7d9c-aaaaa_0c9f1a2b…  1 of 3
    ");
}

#[tokio::test]
async fn in_a_terminal_of_sixty_columns_every_line_fits_and_states_stay_whole() {
    let bench = three_buckets().await;
    let said = bench.run_in(&["status", "--observe", "0s"], &[("COLUMNS", "60")]).await;
    assert!(said.out.lines().all(|line| line.chars().count() <= 60), "{}", said.out);
    for words in ["00-of-03  held", "running", "01-of-03  gone"] {
        assert!(said.out.contains(words), "{}", said.out);
    }
}

#[tokio::test]
async fn json_and_yaml_say_the_same_for_programs() {
    let bench = three_buckets().await;
    let json = bench.run(&["status", "--observe", "50ms", "-o", "json"]).await;
    let yaml = bench.run(&["status", "--observe", "50ms", "-o", "yaml"]).await;
    let told: Value = serde_json::from_str(&json.out).unwrap();
    let states: Vec<&str> =
        told["leases"].as_array().unwrap().iter().map(|row| row["state"].as_str().unwrap()).collect();
    assert_eq!(states, ["held", "gone", "free"]);
    assert_eq!(told["leases"][0]["component"], "widgets");
    assert_eq!(told["leases"][0]["bucket"], json!([0, 3]));
    assert_eq!(told["leases"][0]["podState"], "running");
    let same: Value = serde_yaml::from_str(&yaml.out).unwrap();
    assert_eq!(same["spread"], told["spread"]);
}

#[tokio::test]
async fn a_lease_that_is_renewed_while_one_looks_is_seen_to_be() {
    let bench = Bench::new().await;
    bench.lease("lock", held("somewhere-else"));
    let server = bench.server.clone();
    let renewing = tokio::spawn(async move {
        loop {
            server.take_lease("lock", "somewhere-else", std::time::Duration::from_secs(15));
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    });
    let said = bench.run(&["status", "--observe", "300ms", "-o", "json"]).await;
    renewing.abort();
    let row = &serde_json::from_str::<Value>(&said.out).unwrap()["leases"][0];
    assert_eq!((said.code, &row["state"], &row["live"]), (0, &json!("held"), &json!(true)), "{row}");
    assert!(row["renewedBeforeMost"].as_f64().is_some_and(|age| age > 0.0), "{row}");
}

#[tokio::test]
async fn a_lease_that_nobody_renews_for_its_whole_duration_has_expired() {
    let bench = Bench::new().await;
    bench.pod("widgets-0").await;
    let mut spec = held("widgets-0");
    spec["leaseDurationSeconds"] = json!(1);
    bench.lease("lock", spec);
    let said = bench.run(&["status", "--observe", "1200ms"]).await;
    assert!(said.code == 3 && said.out.contains("expired"), "{said:?}");
    let trusting = bench.run(&["status", "--observe", "0s", "--trust-clocks"]).await;
    assert!(trusting.code == 3 && trusting.out.contains("expired"), "{trusting:?}");
    let short = bench.run(&["status", "--observe", "0s"]).await;
    assert!(short.code == 0 && short.out.contains("held"), "{short:?}");
}

#[tokio::test]
async fn leases_of_nodes_and_of_api_servers_are_not_shown() {
    let bench = Bench::new().await;
    bench.server.fill([
        json!({
            "apiVersion": "coordination.k8s.io/v1", "kind": "Lease",
            "metadata": { "name": "apiserver-x", "namespace": "kube-system",
                "labels": { "apiserver.kubernetes.io/identity": "kube-apiserver" } },
            "spec": { "holderIdentity": "apiserver-x_1" },
        }),
        json!({
            "apiVersion": "coordination.k8s.io/v1", "kind": "Lease",
            "metadata": { "name": "node-1", "namespace": "kube-node-lease" }, "spec": { "holderIdentity": "node-1" },
        }),
    ]);
    bench.lease("lock", held("x"));
    let said = bench.run(&["status", "-A", "--observe", "0s", "-o", "json"]).await;
    let told: Value = serde_json::from_str(&said.out).unwrap();
    assert_eq!(told["leases"].as_array().unwrap().len(), 1, "{told}");
}

#[tokio::test]
async fn one_component_can_be_chosen() {
    let bench = three_buckets().await;
    bench.lease("lock", held("x"));
    let said = bench.run(&["status", "--observe", "0s", "--component", "lock"]).await;
    assert!(said.out.starts_with("lock in acme: 0 of 1 led") && !said.out.contains("widgets"), "{said:?}");
}

#[tokio::test]
async fn a_watch_draws_again_and_ends_on_ctrl_c() {
    let bench = three_buckets().await;
    let kubeconfig = bench.kubeconfig();
    let mut command = tokio::process::Command::new(crate::bench::PROGRAM);
    command.args(["status", "--watch", "--observe", "200ms", "-n", "acme", "--kubeconfig"]).arg(kubeconfig);
    command.stdout(std::process::Stdio::piped());
    let child = command.spawn().unwrap();
    let pid = child.id().unwrap().to_string();
    tokio::time::sleep(std::time::Duration::from_millis(1500)).await;
    std::process::Command::new("kill").args(["-INT", &pid]).status().unwrap();
    let output = child.wait_with_output().await.unwrap();
    let out = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(3));
    assert!(out.matches("widgets / acme").count() >= 2, "{out}");
}
