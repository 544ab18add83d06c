//! A Lease as it is kept until it is written over.

use std::sync::Arc;

use kube::api::{DynamicObject, ObjectMeta};
use serde_json::Value;

use crate::Version;

/// A Lease as it was read, in as little room as it needs: there is one for each candidate, and a map of `serde_json` has room for
/// eleven entries from the first on.
///
/// Who wrote which field is left out. It is half of a Lease, and the API server keeps it for itself when a PUT comes without it.
#[derive(Debug)]
pub(crate) struct Kept {
    metadata: ObjectMeta,
    data: Packed,
}

#[derive(Debug)]
enum Packed {
    Map(Box<[(Box<str>, Packed)]>),
    Other(Value),
}

impl Kept {
    pub(crate) fn new(lease: DynamicObject) -> Self {
        let metadata = ObjectMeta { managed_fields: None, ..lease.metadata };
        Self { metadata, data: pack(lease.data) }
    }

    /// The text of its resourceVersion.
    pub(crate) fn version(&self) -> Option<&str> {
        self.metadata.resource_version.as_deref()
    }

    /// Gives a copy to write into.
    pub(crate) fn unpack(&self) -> DynamicObject {
        DynamicObject { types: None, metadata: self.metadata.clone(), data: unpack(&self.data) }
    }
}

fn pack(value: Value) -> Packed {
    match value {
        Value::Object(map) => {
            Packed::Map(map.into_iter().map(|(key, value)| (key.into_boxed_str(), pack(value))).collect())
        }
        other => Packed::Other(other),
    }
}

fn unpack(packed: &Packed) -> Value {
    match packed {
        Packed::Map(entries) => {
            Value::Object(entries.iter().map(|(key, value)| (key.to_string(), unpack(value))).collect())
        }
        Packed::Other(other) => other.clone(),
    }
}

/// The Lease as it was read, by version: what is written must keep what it does not change.
#[derive(Default)]
pub(crate) struct Objects(Vec<(Version, Arc<Kept>)>);

impl Objects {
    pub(crate) fn keep(&mut self, object: Arc<Kept>) {
        if let Some(version) = object.version().and_then(Version::parse) {
            self.0.retain(|(kept, _)| *kept != version);
            self.0.push((version, object));
        }
    }

    pub(crate) fn get(&self, version: Version) -> Option<Arc<Kept>> {
        self.0.iter().find(|(kept, _)| *kept == version).map(|(_, object)| Arc::clone(object))
    }

    pub(crate) fn forget_all_but(&mut self, base: Option<Version>) {
        self.0.retain(|(version, _)| Some(*version) == base);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn everything_but_who_wrote_it_comes_out_as_it_went_in() {
        let text = json!({
            "apiVersion": "coordination.k8s.io/v1", "kind": "Lease",
            "metadata": {
                "name": "l", "resourceVersion": "7", "uid": "u", "labels": {"a": "b"}, "finalizers": ["x/y"],
                "managedFields": [{"manager": "m", "fieldsV1": {"f:spec": {}}}],
            },
            "spec": {"holderIdentity": "x", "new": {"deep": [1, {"er": null}], "empty": {}}}, "status": {},
        });
        let lease: DynamicObject = serde_json::from_value(text).expect("it is an object");
        let kept = Kept::new(lease.clone());
        assert_eq!(kept.version(), Some("7"));
        let out = kept.unpack();
        assert_eq!(out.metadata, ObjectMeta { managed_fields: None, ..lease.metadata });
        assert_eq!(out.data, lease.data);
    }
}
