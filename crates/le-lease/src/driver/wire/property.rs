//! What holds for a Lease of any shape. The fuzzer builds this too.

use kube::api::DynamicObject;
use le_config::Timing;
use le_core::Moment;
use serde_json::Value;

use crate::{Machine, Purpose, Record, Reply, Request, Sighting, Version, WatchState, Write, WriteTime};

/// Any bytes that are an object at all are read as they are, and can be written over: what was written is read back, and nothing
/// else in the object changes.
pub(crate) fn any_lease_is_read_and_written_over(
    bytes: &[u8],
    read: fn(&DynamicObject) -> Option<Record>,
    update: fn(DynamicObject, &Write) -> DynamicObject,
) {
    let Ok(lease) = serde_json::from_slice::<DynamicObject>(bytes) else { return };
    let Ok(json) = serde_json::from_slice::<Value>(bytes) else { return };
    let record = read(&lease);
    let version = json["metadata"]["resourceVersion"].as_str().and_then(|text| text.parse::<u64>().ok());
    let uid = json["metadata"]["uid"].as_str();
    let Some(record) = record else {
        assert!(version.is_none() || uid.is_none(), "{json} can be written under its version and uid");
        return;
    };
    assert_eq!((Some(record.version.get()), Some(record.uid.as_str())), (version, uid), "{json}");
    is_read_as_it_is(&record, &json["spec"]);

    for write in writes(&record) {
        let body = update(lease.clone(), &write);
        is_written(&write, &read(&body).expect("version and uid are kept"), &body);
        keeps_all_else(&lease, &body);
    }
}

fn is_read_as_it_is(record: &Record, spec: &Value) {
    assert_eq!(record.holder.as_deref(), spec["holderIdentity"].as_str(), "{spec}");
    assert_ne!(record.holder(), Some(""), "{spec}");
    for (found, key) in
        [(record.duration_seconds, "leaseDurationSeconds"), (record.transitions, "leaseTransitions")]
    {
        let expected = spec[key].as_i64().filter(|n| (i64::from(i32::MIN)..=i64::from(i32::MAX)).contains(n));
        assert_eq!(found.map(i64::from), expected, "{key} of {spec}");
    }
    // What is no text is no time, and what has six digits in UTC is one, to the microsecond.
    let renewed = spec["renewTime"].as_str();
    assert!(renewed.is_some() || record.renewed.is_none(), "{spec}");
    if let (Some(text), Some(time)) = (renewed, record.renewed)
        && let Some(fraction) =
            text.strip_suffix('Z').and_then(|text| text.split_once('.')).map(|(_, part)| part)
        && fraction.len() == 6
        && time.as_micros() >= 0
    {
        assert_eq!(format!("{:06}", time.as_micros() % 1_000_000), fraction, "{spec}");
    }
}

/// Returns what a machine writes over a Lease when it is free: an acquisition, a renewal, a release.
fn writes(record: &Record) -> Vec<Write> {
    let identity = "le-fuzz".parse().expect("a valid identity");
    let mut machine = Machine::new(Timing::default(), identity, 0);
    let mut now = Moment::from_nanos(1);
    machine.handle_watch(now, WatchState::Up);
    machine.handle_sighting(now, Sighting::Present(Record { holder: None, ..record.clone() }));
    let (mut writes, mut version) = (Vec::new(), record.version.get());
    for _ in 0..3 {
        let wall = WriteTime::from_micros(1_700_000_000_000_000);
        let Some(attempt) = machine.poll_request(now, wall) else { break };
        let Request::Update { write, .. } = attempt.request else { break };
        version = version.saturating_add(1);
        let applied = Record {
            version: Version::new(version),
            holder: write.holder.as_ref().map(ToString::to_string),
            renewed: Some(write.time),
            ..record.clone()
        };
        machine.handle_reply(now, attempt.id, Reply::Written(applied));
        if writes.len() == 1 {
            machine.handle_stop(now);
            machine.handle_drained(now);
        }
        writes.push(write);
        now = machine.poll_timeout().filter(|at| *at > now).unwrap_or(now);
    }
    // No server gives the version 0, which is older than everything.
    assert!(!writes.is_empty() || record.version == Version::new(0), "a free Lease is taken: {record:?}");
    writes
}

fn is_written(write: &Write, read: &Record, body: &DynamicObject) {
    let holder = write.holder.as_ref().map_or("", |holder| holder.as_str());
    assert_eq!(read.holder.as_deref(), Some(holder));
    assert_eq!(read.duration_seconds, Some(write.duration_seconds));
    assert_eq!(read.transitions, Some(write.transitions));
    assert_eq!(read.renewed, Some(write.time));
    let spec = &body.data["spec"];
    assert!(write.transitions >= 0 && write.duration_seconds > 0, "the API server refuses {spec}");
    assert!(write.purpose == Purpose::Renew || spec["acquireTime"] == spec["renewTime"], "{spec}");
    assert!(!spec["acquireTime"].is_null(), "{spec}");
}

fn keeps_all_else(before: &DynamicObject, after: &DynamicObject) {
    const OURS: [&str; 5] =
        ["holderIdentity", "leaseDurationSeconds", "leaseTransitions", "acquireTime", "renewTime"];
    assert_eq!(before.metadata, after.metadata);
    let Some(data) = before.data.as_object() else { return };
    for (key, value) in data.iter().filter(|(key, _)| *key != "spec") {
        assert_eq!(&after.data[key], value, "{key}");
    }
    let Some(spec) = data.get("spec").and_then(Value::as_object) else { return };
    for (key, value) in spec.iter().filter(|(key, _)| !OURS.contains(&key.as_str())) {
        assert_eq!(&after.data["spec"][key], value, "spec.{key}");
    }
}
