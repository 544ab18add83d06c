//! `kubectl le rbac`: what it prints is what the documents show, each right of which is tried on a real API server.

use serde::Deserialize as _;
use serde_json::{Value, json};

use crate::bench::run;

const DOCUMENT: &str = include_str!("../../../../docs/rbac.md");

/// The rules of the Role under a heading of the document.
fn shown(heading: &str) -> Value {
    let section = DOCUMENT.split("\n## ").find(|section| section.starts_with(heading)).unwrap();
    let yaml = section.split("```yaml\n").nth(1).unwrap().split("```").next().unwrap();
    let role: Value = serde_yaml::from_str(yaml).unwrap();
    assert_eq!(role["kind"], "Role");
    role["rules"].clone()
}

fn documents(text: &str) -> Vec<Value> {
    serde_yaml::Deserializer::from_str(text).map(|document| Value::deserialize(document).unwrap()).collect()
}

#[tokio::test]
async fn the_roles_are_those_of_the_document() {
    for (heading, args) in [
        ("One leader", &["--mode", "single", "--component", "one-leader"][..]),
        (
            "Buckets",
            &["--component", "widgets-operator", "--queue", "widgets", "--buckets", "3", "--operator-config"],
        ),
    ] {
        let said = run(&[&["rbac", "-n", "acme"], args].concat(), "").await;
        assert_eq!((said.code, &*said.err), (0, ""), "{said:?}");
        let [account, role, binding] = &documents(&said.out)[..] else { panic!("{said:?}") };
        assert_eq!(account["kind"], "ServiceAccount");
        assert_eq!(role["rules"], shown(heading), "{heading}");
        assert_eq!(binding["subjects"][0]["name"], account["metadata"]["name"]);
        assert_eq!(binding["roleRef"]["name"], role["metadata"]["name"]);
        for object in [account, role, binding] {
            assert_eq!(object["metadata"]["namespace"], "acme");
        }
    }
}

#[tokio::test]
async fn without_names_the_rules_hold_for_all_leases_of_the_namespace() {
    let said = run(&["rbac", "-o", "json"], "").await;
    let list: Value = serde_json::from_str(&said.out).unwrap();
    assert_eq!(
        list["items"][1]["rules"],
        json!([{ "apiGroups": ["coordination.k8s.io"], "resources": ["leases"],
            "verbs": ["get", "list", "watch", "create", "update"] }])
    );
}

#[tokio::test]
async fn ordinals_need_no_right_but_the_configuration() {
    let said = run(&["rbac", "--mode", "statefulset"], "").await;
    assert_eq!(documents(&said.out).len(), 1, "{said:?}");
    let said =
        run(&["rbac", "--mode", "statefulset", "--operator-config", "--service-account", "mine"], "").await;
    let documents = documents(&said.out);
    assert_eq!(documents[1]["rules"].as_array().unwrap().len(), 1);
    assert_eq!(documents[1]["rules"][0]["resourceNames"], json!(["config-leader-election"]));
    assert_eq!(documents[2]["subjects"][0]["name"], "mine");
}
