//! The dashboard is one that Grafana takes.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::docs;

fn dashboard() -> Value {
    serde_json::from_str(docs::DASHBOARD).unwrap()
}

#[test]
fn panels_lie_within_the_grid_and_none_on_another() {
    let dashboard = dashboard();
    let mut taken = BTreeSet::new();
    let mut ids = BTreeSet::new();
    for panel in dashboard["panels"].as_array().unwrap() {
        let title = panel["title"].as_str().unwrap();
        let side =
            |key: &str| panel["gridPos"][key].as_u64().unwrap_or_else(|| panic!("{title} has no {key}"));
        let (x, y, w, h) = (side("x"), side("y"), side("w"), side("h"));
        assert!(w > 0 && h > 0 && x + w <= 24, "{title} is beyond the grid of 24 columns");
        for cell in (x..x + w).flat_map(|x| (y..y + h).map(move |y| (x, y))) {
            assert!(taken.insert(cell), "{title} lies on another panel at {cell:?}");
        }
        assert!(ids.insert(panel["id"].as_u64().unwrap()), "{title} has the number of another panel");
    }
    let rows: BTreeSet<u64> = taken.iter().map(|(_, y)| *y).collect();
    assert_eq!(rows, (0..rows.len() as u64).collect(), "no row of the grid is empty");
}

#[test]
fn it_is_of_the_present_schema_and_takes_the_data_source_that_is_chosen() {
    let dashboard = dashboard();
    assert!(dashboard["schemaVersion"].as_u64().unwrap() >= 39);
    let variables: Vec<(&str, &str)> = dashboard["templating"]["list"]
        .as_array()
        .unwrap()
        .iter()
        .map(|variable| (variable["name"].as_str().unwrap(), variable["type"].as_str().unwrap()))
        .collect();
    assert_eq!(variables, [("datasource", "datasource"), ("namespace", "query"), ("name", "query")]);
    for panel in dashboard["panels"].as_array().unwrap() {
        let title = panel["title"].as_str().unwrap();
        let is_row = panel["type"] == "row";
        let targets = panel["targets"].as_array().map_or(&[][..], Vec::as_slice);
        assert_eq!(targets.is_empty(), is_row, "{title}");
        let sources = targets.iter().chain((!is_row).then_some(panel));
        for source in sources.map(|asks| &asks["datasource"]) {
            assert_eq!(source["uid"], "${datasource}", "{title} has a data source of its own");
        }
        assert!(
            is_row || !panel["description"].as_str().unwrap().is_empty(),
            "{title} does not say what it shows"
        );
    }
}

#[test]
fn it_shows_what_whoever_is_on_call_asks() {
    let dashboard = dashboard();
    let titles: Vec<&str> = dashboard["panels"]
        .as_array()
        .unwrap()
        .iter()
        .map(|panel| panel["title"].as_str().unwrap())
        .collect();
    for title in [
        "Masters per bucket",
        "Buckets with no known leader, by replica",
        "Terms begun, by how",
        "Terms ended, by reason",
        "Renewal latency",
        "Margin",
        "Attempts failed, by reason",
        "Hand-over",
        "Drain",
        "Slow path",
    ] {
        assert!(titles.contains(&title), "no {title:?} in {titles:?}");
    }
}
