//! Events are kept once and seen through two APIs: `v1` and `events.k8s.io/v1`. They are kept as `v1` has them.

use serde_json::{Map, Value, json};

/// What a field is called in `v1`, and in `events.k8s.io/v1`.
const NAMES: [(&str, &str); 7] = [
    ("involvedObject", "regarding"),
    ("message", "note"),
    ("source", "deprecatedSource"),
    ("firstTimestamp", "deprecatedFirstTimestamp"),
    ("lastTimestamp", "deprecatedLastTimestamp"),
    ("count", "deprecatedCount"),
    ("reportingComponent", "reportingController"),
];

/// Turns an Event of either API into what is kept.
pub(crate) fn to_stored(event: Value) -> Value {
    let mut event = renamed(event, |name| NAMES.iter().find(|(_, new)| *new == name).map(|(old, _)| *old));
    event["apiVersion"] = "v1".into();
    let always = json!({
        "eventTime": null, "firstTimestamp": null, "lastTimestamp": null, "source": {}, "involvedObject": {},
        "reportingComponent": "", "reportingInstance": "",
    });
    for (name, value) in always.as_object().into_iter().flatten() {
        if event[name].is_null() {
            event[name] = value.clone();
        }
    }
    event
}

/// Shows an Event that is kept as `events.k8s.io/v1` does.
pub(crate) fn to_events_v1(event: Value) -> Value {
    let mut event = renamed(event, |name| NAMES.iter().find(|(old, _)| *old == name).map(|(_, new)| *new));
    event["apiVersion"] = "events.k8s.io/v1".into();
    if let Some(fields) = event.as_object_mut() {
        fields.retain(|name, value| {
            !matches!(name.as_str(), "reportingController" | "reportingInstance" | "regarding")
                || (value != "" && *value != json!({}))
        });
    }
    event
}

fn renamed(event: Value, name: impl Fn(&str) -> Option<&'static str>) -> Value {
    let Value::Object(fields) = event else { return event };
    let fields = fields.into_iter().map(|(field, value)| match name(&field) {
        Some(other) => (other.to_owned(), value),
        None => (field, value),
    });
    Value::Object(fields.collect::<Map<_, _>>())
}
