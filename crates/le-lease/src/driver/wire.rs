//! A Lease on the wire: what is read of one, and what is written into one.
//!
//! Leases are read leniently, as JSON. Read as a typed object, one Lease with a time that the type cannot hold (the API server
//! takes the year 9999) would make a whole list unreadable, and with it every other Lease of the namespace.

use std::sync::LazyLock;

use jiff::Timestamp;
use kube::api::{ApiResource, DynamicObject, GroupVersionKind, TypeMeta};
use serde_json::{Map, Value, json};

use crate::{Purpose, Record, Version, Write, WriteTime};

/// What a Lease is to the API server.
pub(crate) static RESOURCE: LazyLock<ApiResource> = LazyLock::new(|| {
    ApiResource::from_gvk_with_plural(&GroupVersionKind::gvk("coordination.k8s.io", "v1", "Lease"), "leases")
});

/// Reads a Lease; `None` when it has no version or no uid to write under.
///
/// Both go back with every PUT. The version alone would not do: to a Lease that is gone the API server pays it no heed, and makes
/// the Lease anew.
pub(crate) fn read(lease: &DynamicObject) -> Option<Record> {
    let version = Version::parse(lease.metadata.resource_version.as_deref()?)?;
    let spec = &lease.data["spec"];
    Some(Record {
        version,
        uid: lease.metadata.uid.clone()?,
        holder: spec["holderIdentity"].as_str().map(str::to_owned),
        duration_seconds: integer(&spec["leaseDurationSeconds"]),
        transitions: integer(&spec["leaseTransitions"]),
        renewed: spec["renewTime"].as_str().and_then(|text| text.parse().ok()).map(time),
    })
}

/// Makes a new Lease.
pub(crate) fn create(name: &str, namespace: &str, write: &Write) -> DynamicObject {
    let mut lease = DynamicObject::new(name, &RESOURCE).within(namespace);
    lease.data = json!({});
    apply(&mut lease, write);
    lease
}

/// Writes into the Lease that was read, and leaves everything else in it as it is.
pub(crate) fn update(mut lease: DynamicObject, write: &Write) -> DynamicObject {
    // The items of a list do not say what they are.
    lease.types = Some(TypeMeta { api_version: RESOURCE.api_version.clone(), kind: RESOURCE.kind.clone() });
    apply(&mut lease, write);
    lease
}

fn apply(lease: &mut DynamicObject, write: &Write) {
    if !lease.data.is_object() {
        lease.data = json!({});
    }
    if !lease.data["spec"].is_object() {
        lease.data["spec"] = Value::Object(Map::new());
    }
    let spec = &mut lease.data["spec"];
    let holder = write.holder.as_ref().map_or("", |holder| holder.as_str());
    let time = text(write.time);
    spec["holderIdentity"] = json!(holder);
    spec["leaseDurationSeconds"] = json!(write.duration_seconds);
    spec["leaseTransitions"] = json!(write.transitions);
    if write.purpose != Purpose::Renew || spec["acquireTime"].is_null() {
        spec["acquireTime"] = json!(time);
    }
    spec["renewTime"] = json!(time);
}

fn integer(value: &Value) -> Option<i32> {
    value.as_i64().and_then(|number| i32::try_from(number).ok())
}

fn time(timestamp: Timestamp) -> WriteTime {
    WriteTime::from_micros(timestamp.as_microsecond())
}

/// Writes RFC 3339 in UTC with exactly six digits after the point, the only form that all clients read.
fn text(time: WriteTime) -> String {
    let timestamp = Timestamp::from_microsecond(time.as_micros()).unwrap_or(Timestamp::MAX);
    format!("{timestamp:.6}")
}

#[cfg(test)]
mod property;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn times_have_exactly_six_digits_and_come_back_as_they_were() {
        for (micros, expected) in [
            (0, "1970-01-01T00:00:00.000000Z"),
            (1, "1970-01-01T00:00:00.000001Z"),
            (1_700_000_000_120_000, "2023-11-14T22:13:20.120000Z"),
        ] {
            let written = text(WriteTime::from_micros(micros));
            assert_eq!(written, expected);
            assert_eq!(written.parse().map(time).ok(), Some(WriteTime::from_micros(micros)));
        }
    }

    #[test]
    fn a_time_beyond_what_can_be_read_is_no_time_and_spoils_nothing_else() {
        let mut lease = DynamicObject::new("l", &RESOURCE);
        lease.metadata.resource_version = Some("7".to_owned());
        lease.metadata.uid = Some("u".to_owned());
        lease.data = json!({"spec": {"holderIdentity": "x", "renewTime": "9999-12-31T23:59:59.999999Z"}});
        let record = read(&lease).expect("readable");
        assert_eq!((record.holder(), record.renewed), (Some("x"), None));
    }

    #[test]
    fn a_put_goes_under_the_version_and_the_uid_of_what_was_read() {
        let mut base = DynamicObject::new("l", &RESOURCE);
        base.metadata.resource_version = Some("7".to_owned());
        base.metadata.uid = Some("u".to_owned());
        let write = Write {
            purpose: Purpose::Renew,
            holder: None,
            duration_seconds: 1,
            transitions: 0,
            time: WriteTime::from_micros(0),
        };
        let body = update(base.clone(), &write).metadata;
        assert_eq!((body.resource_version.as_deref(), body.uid.as_deref()), (Some("7"), Some("u")));
        base.metadata.uid = None;
        assert_eq!(read(&base), None, "nothing is ever computed from a Lease without a uid");
    }

    /// A value that belongs into a field, or does not.
    fn value() -> impl Strategy<Value = String> {
        prop_oneof![
            Just("null".to_owned()),
            Just("{}".to_owned()),
            Just("[1]".to_owned()),
            any::<i32>().prop_map(|number| number.to_string()),
            any::<f64>().prop_map(|number| json!(number).to_string()),
            "[0-9]{1,12}",
            any::<String>().prop_map(|text| json!(text).to_string()),
            Just(r#""2026-01-02T03:04:05.678901Z""#.to_owned()),
            Just(r#""9999-12-31T23:59:59.999999Z""#.to_owned()),
        ]
    }

    proptest! {
        #[test]
        fn a_lease_of_any_shape_is_read_and_written_over(
            version in prop_oneof![3 => "\"[0-9]{1,9}\"", 1 => value()],
            uid in prop_oneof![3 => "\"[a-z]{1,3}\"", 1 => value()],
            fields in [value(), value(), value(), value(), value(), value()],
        ) {
            let [holder, duration, transitions, renewed, acquired, other] = fields;
            let text = format!(
                r#"{{"metadata":{{"resourceVersion":{version},"uid":{uid}}},"other":{other},
                "spec":{{"holderIdentity":{holder},"leaseDurationSeconds":{duration},"leaseTransitions":{transitions},
                "renewTime":{renewed},"acquireTime":{acquired},"strategy":{other}}}}}"#
            );
            property::any_lease_is_read_and_written_over(text.as_bytes(), read, update);
        }

        #[test]
        fn a_spec_that_is_none_is_read_and_written_over(spec in value()) {
            let text = format!(r#"{{"metadata":{{"resourceVersion":"7","uid":"u"}},"spec":{spec}}}"#);
            property::any_lease_is_read_and_written_over(text.as_bytes(), read, update);
        }
    }
}
