//! The metrics that the docs, the alerts and the dashboard name are those that there are.

use std::collections::{BTreeMap, BTreeSet};

use prometheus_client::encoding::prometheus_text;

use crate::docs;
use crate::metrics::Scraped;

/// Type and labels.
type What = (String, BTreeSet<String>);

/// Scrapes a registry in which one candidate began.
fn registered() -> BTreeMap<String, What> {
    let scraped = Scraped::new();
    let _candidate = scraped.candidate("a");
    scraped.flush();
    let mut text = String::new();
    prometheus_text::encode(&mut text, &scraped.registry).unwrap();
    let mut metrics = BTreeMap::<String, What>::new();
    for line in text.lines() {
        if let Some(line) = line.strip_prefix("# TYPE ") {
            let (name, kind) = line.split_once(' ').unwrap();
            metrics.insert(name.to_owned(), (kind.to_owned(), BTreeSet::new()));
        } else if !line.starts_with('#') {
            let series = line.rsplit_once(' ').unwrap().0;
            let (name, labels) = series.split_once('{').unwrap_or((series, "}"));
            let labels = labels.strip_suffix('}').unwrap().split(',').filter(|label| !label.is_empty());
            let keys = labels.map(|label| label.split_once('=').unwrap().0.to_owned());
            let (_, (_, known)) =
                metrics.iter_mut().find(|(metric, what)| of(metric, what, name)).expect("it has a type");
            known.extend(keys.filter(|key| key != "le"));
        }
    }
    metrics
}

/// Tells whether a series is one of this metric.
fn of(metric: &str, (kind, _): &What, series: &str) -> bool {
    let suffixes: &[&str] = if kind == "histogram" { &["_bucket", "_sum", "_count"] } else { &[""] };
    series.strip_prefix(metric).is_some_and(|suffix| suffixes.contains(&suffix))
}

/// Reads the table of metrics in a text.
fn table(text: &str) -> BTreeMap<String, What> {
    let rows = text.lines().skip_while(|line| !line.contains("| metric | type | labels |")).skip(2);
    let rows = rows.map(|row| row.trim_start_matches("//!").trim()).take_while(|row| row.starts_with('|'));
    rows.map(|row| {
        let cells: Vec<&str> = row.split('|').map(str::trim).collect();
        let labels = cells[3].split(',').map(|label| label.trim().trim_matches('`').to_owned());
        let labels = labels.filter(|label| !label.is_empty()).collect();
        assert!(!cells[4].is_empty(), "{row} does not say what it means");
        (cells[1].trim_matches('`').to_owned(), (cells[2].to_owned(), labels))
    })
    .collect()
}

#[test]
fn the_tables_have_each_metric_that_is_registered_with_its_type_and_labels_and_no_other() {
    let registered = registered();
    assert!(registered.len() > 10, "{registered:?}");
    for (page, text) in [
        ("docs/observability.md", docs::PAGE.to_owned()),
        ("lib.rs", include_str!("../../src/lib.rs").to_owned()),
    ] {
        assert_eq!(table(&text), registered, "{page}");
    }
}

/// Finds every word that begins as our metrics do.
fn named(text: &str) -> BTreeSet<&str> {
    let is_part = |character: char| character.is_ascii_alphanumeric() || character == '_';
    text.split(|character| !is_part(character)).filter(|word| word.starts_with("leader_election_")).collect()
}

#[test]
fn alerts_and_dashboard_ask_for_metrics_that_there_are() {
    let registered = registered();
    let is_there =
        |name: &str| registered.iter().any(|(metric, what)| of(metric, what, name) || metric == name);
    for (file, text) in [
        ("alerts.yaml", docs::ALERTS),
        ("alerts_test.yaml", docs::ALERTS_TEST),
        ("dashboard.json", docs::DASHBOARD),
    ] {
        let named = named(text);
        assert!(named.len() >= 5, "{file} names {named:?}");
        let unknown: Vec<_> = named.iter().filter(|name| !is_there(name)).collect();
        assert!(unknown.is_empty(), "{file} asks for {unknown:?}");
    }
    let shown = named(docs::DASHBOARD);
    let missing: Vec<_> =
        registered.iter().filter(|(metric, what)| !shown.iter().any(|name| of(metric, what, name))).collect();
    assert!(missing.is_empty(), "the dashboard shows no {missing:?}");
}

#[test]
fn the_page_tells_how_many_series_there_are() {
    let scraped = Scraped::new();
    let count = || {
        scraped.flush();
        let mut text = String::new();
        prometheus_text::encode(&mut text, &scraped.registry).unwrap();
        text.lines().filter(|line| !line.starts_with('#')).count()
    };
    let process = count();
    let _candidate = scraped.candidate("a");
    let bucket = count() - process;
    let row = |what: &str, series: usize| format!("| {what} | {series} |");
    for row in [
        row("a process", process),
        row("each bucket that it competes for", bucket),
        row("with 10 buckets", process + 10 * bucket),
        row("with 100 buckets", process + 100 * bucket),
    ] {
        assert!(
            docs::PAGE.lines().any(|line| line == row),
            "{row:?} does not stand in docs/observability.md"
        );
    }
}
