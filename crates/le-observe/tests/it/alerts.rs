//! The alerts, as Prometheus' own tool sees them.

use std::collections::BTreeSet;
use std::process::Command;

use crate::docs;

/// Runs the tool where it is; tells whether it is.
#[track_caller]
#[expect(clippy::print_stdout, reason = "a test that is skipped says so")]
fn promtool(args: &[&str]) -> bool {
    let Ok(output) = Command::new("promtool").args(args).current_dir(docs::FOLDER).output() else {
        println!("skipped: there is no `promtool` here; Debian's package `prometheus` has it");
        return false;
    };
    let said = [output.stdout, output.stderr].concat();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&said));
    true
}

#[test]
fn each_alert_fires_when_it_should_and_only_then() {
    if promtool(&["check", "rules", "alerts.yaml"]) {
        promtool(&["test", "rules", "alerts_test.yaml"]);
    }
}

/// The names after a key, in the order of the text.
fn names<'a>(text: &'a str, key: &str) -> Vec<&'a str> {
    let after = text.lines().filter_map(|line| Some(line.split_once(key)?.1));
    after.map(|name| name.split(',').next().unwrap_or(name).trim()).collect()
}

#[test]
fn each_alert_has_a_test_of_both_kinds_and_says_what_to_do() {
    let alerts: BTreeSet<&str> = names(docs::ALERTS, "- alert:").into_iter().collect();
    assert!(alerts.len() >= 5, "{alerts:?}");
    for alert in &alerts {
        let cases: Vec<&str> = docs::ALERTS_TEST
            .split("eval_time:")
            .filter(|case| names(case, "alertname:").contains(alert))
            .collect();
        let silent = cases.iter().filter(|case| case.contains("exp_alerts: []")).count();
        assert!(silent >= 1, "{alert} is not shown not to fire");
        assert!(cases.len() > silent, "{alert} is not shown to fire");
        assert!(docs::PAGE.contains(&format!("`{alert}`")), "docs/observability.md does not explain {alert}");
    }
    for rule in docs::ALERTS.split("- alert:").skip(1) {
        for part in ["summary:", "description:", "severity:"] {
            assert!(rule.contains(part), "no {part} in {rule}");
        }
    }
}

#[test]
fn what_the_panels_ask_is_promql() {
    let dashboard: serde_json::Value = serde_json::from_str(docs::DASHBOARD).unwrap();
    let panels = dashboard["panels"].as_array().unwrap().iter();
    let targets = panels.filter_map(|panel| panel["targets"].as_array()).flatten();
    let rules: Vec<_> = targets
        .enumerate()
        .map(|(number, target)| {
            // Grafana puts them in.
            let expression = target["expr"].as_str().unwrap().replace("$__rate_interval", "5m");
            serde_json::json!({ "record": format!("panel:{number}"), "expr": expression })
        })
        .collect();
    assert!(rules.len() > 10);
    let rules = serde_json::json!({ "groups": [{ "name": "panels", "rules": rules }] });
    let file = format!("{}/panels.json", env!("CARGO_TARGET_TMPDIR"));
    std::fs::write(&file, rules.to_string()).unwrap();
    promtool(&["check", "rules", &file]);
}
