//! Tables, as `kubectl get` asks for them.

use serde_json::{Value, json};

use crate::clock::WallClock;
use crate::kind::Kind;
use crate::meta;

/// Makes a `Table` of objects. `list` is the metadata of the list.
pub(crate) fn table<'a>(
    kind: &Kind,
    clock: &WallClock,
    objects: impl IntoIterator<Item = &'a Value>,
    list: Value,
    with_columns: bool,
) -> Value {
    let columns = columns(kind);
    let rows: Vec<Value> = objects.into_iter().map(|object| row(&columns, clock, object)).collect();
    let definitions: Vec<Value> = columns
        .iter()
        .map(|column| {
            let format = if column.name == "Name" { "name" } else { "" };
            json!({
                "name": column.name, "type": column.of, "format": format,
                "description": "", "priority": 0,
            })
        })
        .collect();
    json!({
        "kind": "Table",
        "apiVersion": "meta.k8s.io/v1",
        "metadata": list,
        "columnDefinitions": if with_columns { Value::from(definitions) } else { Value::Null },
        "rows": rows,
    })
}

struct Column {
    name: &'static str,
    of: &'static str,
    cell: fn(&Value, &WallClock) -> Value,
}

const NAME: Column = Column { name: "Name", of: "string", cell: |object, _| meta::name(object).into() };

const AGE: Column = Column {
    name: "Age",
    of: "string",
    cell: |object, clock| {
        let age = clock.age(meta::text(object, "creationTimestamp"));
        age.map_or("<unknown>".into(), |seconds| age_text(seconds).into())
    },
};

fn columns(kind: &Kind) -> Vec<Column> {
    let text = |name, cell| Column { name, of: "string", cell };
    let count = |name, cell| Column { name, of: "integer", cell };
    let mut columns = vec![NAME];
    columns.extend(match kind.resource() {
        "leases.coordination.k8s.io" => {
            vec![text("Holder", |object, _| object["spec"]["holderIdentity"].as_str().unwrap_or("").into())]
        }
        "configmaps" => vec![count("Data", |object, _| {
            (entries(&object["data"]) + entries(&object["binaryData"])).into()
        })],
        "secrets" => vec![
            text("Type", |object, _| object["type"].clone()),
            count("Data", |object, _| entries(&object["data"]).into()),
        ],
        "namespaces" => vec![text("Status", |object, _| object["status"]["phase"].clone())],
        "pods" => vec![text("Status", |object, _| {
            if meta::is_terminating(object) {
                "Terminating".into()
            } else {
                object["status"]["phase"].clone()
            }
        })],
        "deployments.apps" | "statefulsets.apps" | "replicasets.apps" => vec![text("Ready", |object, _| {
            let ready = object["status"]["readyReplicas"].as_i64().unwrap_or(0);
            format!("{ready}/{}", object["spec"]["replicas"].as_i64().unwrap_or(1)).into()
        })],
        "events" | "events.events.k8s.io" => vec![
            text("Type", |object, _| object["type"].clone()),
            text("Reason", |object, _| object["reason"].clone()),
            text("Message", |object, _| {
                let note = &object["note"];
                if note.is_null() { object["message"].clone() } else { note.clone() }
            }),
        ],
        _ => Vec::new(),
    });
    columns.push(AGE);
    columns
}

fn row(columns: &[Column], clock: &WallClock, object: &Value) -> Value {
    let cells: Vec<Value> = columns
        .iter()
        .map(|column| match (column.cell)(object, clock) {
            Value::Null => "".into(),
            cell => cell,
        })
        .collect();
    json!({ "cells": cells, "object": crate::api::partial(object) })
}

fn entries(map: &Value) -> usize {
    map.as_object().map_or(0, serde_json::Map::len)
}

/// An age in the two largest units that say enough.
fn age_text(seconds: i64) -> String {
    let seconds = seconds.max(0);
    let (minutes, hours, days) = (seconds / 60, seconds / 3600, seconds / 86_400);
    match seconds {
        0..120 => format!("{seconds}s"),
        120..600 if seconds % 60 != 0 => format!("{minutes}m{}s", seconds % 60),
        120..10_800 => format!("{minutes}m"),
        10_800..28_800 if minutes % 60 != 0 => format!("{hours}h{}m", minutes % 60),
        10_800..172_800 => format!("{hours}h"),
        172_800..691_200 if hours % 24 != 0 => format!("{days}d{}h", hours % 24),
        _ => format!("{days}d"),
    }
}
