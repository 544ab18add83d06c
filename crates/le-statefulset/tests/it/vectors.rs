//! What the Go implementation answers.

use le_statefulset::Placement;
use serde_json::Value;

#[test]
fn pods_find_the_bucket_that_go_gives_them() {
    let text = include_str!("../data/statefulset.jsonl");
    assert!(text.lines().count() > 50, "the vectors are there");
    for line in text.lines() {
        let case: Value = serde_json::from_str(line).unwrap();
        let field = |key: &str| case[key].as_str().unwrap();
        let env = |key: &str| case["env"][key].as_str().map(str::to_owned);
        let buckets = case["buckets"].as_u64().unwrap().try_into().unwrap();
        let placement = Placement::new(env, field("namespace"), field("cluster_domain"), buckets);
        if let Some(error) = case["error"].as_str() {
            let ours = placement.unwrap_err().to_string();
            let named = if error.contains("STATEFUL_SERVICE_NAME") {
                "STATEFUL_SERVICE_NAME"
            } else {
                "STATEFUL_CONTROLLER_ORDINAL"
            };
            assert!(ours.contains(named), "{ours}: {line}");
            assert!(!error.starts_with("ordinal") || ours.starts_with(error), "{ours}: {line}");
        } else {
            let placement = placement.unwrap_or_else(|error| panic!("{error}: {line}"));
            assert_eq!(placement.bucket().name().as_str(), field("bucket"), "{line}");
            let names: Vec<_> = placement.names().iter().map(|name| name.as_str()).collect();
            let expected: Vec<_> =
                case["names"].as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect();
            assert_eq!(names, expected, "{line}");
        }
    }
}
