//! `kubectl le config`.

use serde_json::Value;

use crate::bench::{Bench, run};

const GOOD: &str = "\
apiVersion: v1
kind: ConfigMap
metadata: { name: config-leader-election }
data:
  _example: |
    buckets: \"1\"
  buckets: \"3\"
  leaseDuration: 15s
  renewDeadline: 10s
  renew-deadline: 8s
  retry-peroid: 1s
  map-lease-prefix.a.b: short
";

const BAD: &str = "\
kind: ConfigMap
data:
  lease-duration: flops
  # too many
  buckets: \"11\"
  retryPeriod: 0s
";

#[tokio::test]
async fn what_holds_is_shown_with_where_it_comes_from_and_what_follows() {
    let bench = Bench::new().await;
    let file = bench.file("good.yaml", &GOOD.replace("retry-peroid: 1s", "retry-period: 2s"));
    let said = run(&["config", "check", "-f", &file], "").await;
    assert_eq!((said.code, &*said.err), (0, ""), "{said:?}");
    insta::assert_snapshot!(said.out, @r#"
    warning: line 9: "renewDeadline" is not used beside "renew-deadline" (8s): take one of them out

    KEY                   VALUE  FROM
    buckets               3      key
    lease-duration        15s    legacy key leaseDuration
    renew-deadline        8s     key
    retry-period          2s     key
    map-lease-prefix.a.b  short  key

    WHAT FOLLOWS
    next leader after a crash, at worst   15.15s
    next leader after a crash, typically  14.075s
    next leader after a stop              two requests after the last work has ended
    API server away without a loss        6s
    requests per minute, each bucket led  30
    requests per minute, all buckets led  90
    requests per minute, waiting          2.0 at most
    a leader's clock may run slower by    46 %
    "#);
}

#[tokio::test]
async fn every_mistake_is_shown_with_its_line() {
    let bench = Bench::new().await;
    let file = bench.file("bad.yaml", BAD);
    let said = run(&["config", "check", "-f", &file], "").await;
    assert_eq!(said.code, 1, "{said:?}");
    insta::assert_snapshot!(said.out, @r#"
    error: line 3: failed to parse "lease-duration": time: invalid duration "flops"; write it like "60s" or "1m30s"
    error: line 5: buckets: value must be between 1 <= 11 <= 10
    error: line 6: retry-period (0s) must be above zero
    "#);
}

#[tokio::test]
async fn warnings_count_only_when_they_are_asked_to() {
    let bench = Bench::new().await;
    let file = bench.file("good.yaml", GOOD);
    let args = ["config", "check", "-f", &file, "--replicas", "5"];
    let said = run(&args, "").await;
    assert_eq!(said.code, 1, "the default retry period does not fit: {said:?}");
    let file = bench.file("warn.yaml", &GOOD.replace("renew-deadline: 8s", "retryPeriod: 1s"));
    let args = ["config", "check", "-f", &file, "--replicas", "5"];
    let said = run(&args, "").await;
    assert_eq!(said.code, 0, "{said:?}");
    for words in [
        "line 11: \"retry-peroid\" is no key that is read: is \"retry-period\" meant?",
        "fewer than replicas (5): 2 will only wait",
    ] {
        assert!(said.out.contains(words), "{}", said.out);
    }
    let strict = run(&[&args[..], &["--strict"]].concat(), "").await;
    assert_eq!(strict.code, 2, "{strict:?}");
}

#[tokio::test]
async fn what_is_no_yaml_is_shown_with_its_line() {
    let said = run(&["config", "check", "-f", "-"], "kind: ConfigMap\ndata:\n  buckets: [1\n").await;
    assert!(said.code == 1 && said.out.contains("error: line "), "{said:?}");
    let said =
        run(&["config", "check", "-f", "-", "-o", "json"], "kind: ConfigMap\ndata:\n  buckets: 3\n").await;
    let told: Value = serde_json::from_str(&said.out).unwrap();
    assert_eq!((said.code, &told["errors"][0]["line"]), (1, &Value::from(3)), "{told}");
    assert!(told["errors"][0]["message"].as_str().unwrap().contains("quote it"), "{told}");
    let none = run(&["config", "check", "-f", "/nonexistent.yaml"], "").await;
    assert!(none.code == 1 && none.err.contains("/nonexistent.yaml"), "{none:?}");
}

#[tokio::test]
async fn the_config_map_of_the_cluster_is_read_and_without_one_the_defaults_hold() {
    let bench = Bench::new().await;
    let said = bench.run(&["config", "check"]).await;
    assert!(
        said.code == 0 && said.err.contains("the defaults hold") && said.out.contains("1m0s"),
        "{said:?}"
    );
    let named = bench.run(&["config", "check", "--configmap", "other"]).await;
    assert!(named.code == 1 && named.err.contains("no ConfigMap \"other\""), "{named:?}");
    bench.server.fill([serde_json::json!({
        "apiVersion": "v1", "kind": "ConfigMap", "metadata": { "name": "other", "namespace": "acme" },
        "data": { "buckets": "11" },
    })]);
    let said = bench.run(&["config", "check", "--configmap", "other"]).await;
    assert!(said.code == 1 && said.out.contains("1 <= 11 <= 10"), "{said:?}");
    let said = bench.run(&["config", "check", "--configmap", "other", "--max-buckets", "20"]).await;
    assert_eq!(said.code, 0, "{said:?}");
}

#[tokio::test]
async fn old_keys_become_new_ones_and_nothing_else_is_lost() {
    let bench = Bench::new().await;
    let file = bench.file("old.yaml", GOOD);
    let said = run(&["config", "convert", "-f", &file], "").await;
    assert!(said.code == 1 && said.err.contains("retry-period"), "it cannot elect: {said:?}");
    let file = bench.file("old.yaml", &GOOD.replace("retry-peroid: 1s", "retryPeriod: 2s"));
    let said = run(&["config", "convert", "-f", &file, "--name", "mine", "-n", "acme"], "").await;
    assert_eq!((said.code, &*said.err), (0, ""), "{said:?}");
    insta::assert_snapshot!(said.out, @r#"
    apiVersion: v1
    data:
      _example: |
        buckets: "1"
      buckets: '3'
      lease-duration: 15s
      map-lease-prefix.a.b: short
      renew-deadline: 8s
      retry-period: 2s
    kind: ConfigMap
    metadata:
      name: mine
      namespace: acme
    "#);
    let again = run(&["config", "check", "--strict", "-f", "-"], &said.out).await;
    assert_eq!(again.code, 0, "{again:?}");
}

#[tokio::test]
async fn the_triple_of_client_go_becomes_a_config_map() {
    let file = "kind: ControllerConfig\nleaderElection:\n  leaderElect: true\n  leaseDuration: 30s\n  renewDeadline: 20s\n";
    let of_file = run(&["config", "convert", "-f", "-"], file).await;
    let of_flags =
        run(&["config", "convert", "--lease-duration", "30s", "--renew-deadline", "20s"], "").await;
    assert_eq!((of_file.code, of_flags.code), (0, 0), "{of_file:?} {of_flags:?}");
    assert_eq!(of_file.out, of_flags.out);
    insta::assert_snapshot!(of_flags.out, @"
    apiVersion: v1
    data:
      lease-duration: 30s
      renew-deadline: 20s
      retry-period: 2s
    kind: ConfigMap
    metadata:
      name: config-leader-election
    ");
    let bad = run(&["config", "convert", "--lease-duration", "5s"], "").await;
    assert!(
        bad.code == 1 && bad.err.contains("renew-deadline (10s) must be below lease-duration (5s)"),
        "{bad:?}"
    );
    let none = run(&["config", "convert", "-f", "-"], "kind: Pod\n").await;
    assert!(none.code == 1 && none.err.contains("no ConfigMap"), "{none:?}");
}
