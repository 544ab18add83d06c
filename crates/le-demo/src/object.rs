//! The objects of the demo on the wire: what main writes, and what the replicas write about it.

use k8s_openapi::api::core::v1::ConfigMap;
use kube::Resource;
use kube::api::ObjectMeta;

/// The name of the operator: its component, its field manager, and what its labels begin with.
pub(crate) const OPERATOR: &str = "le-demo";
/// The work queue whose buckets are led.
pub(crate) const QUEUE: &str = "configmaps";

/// Selects the objects that main changes and the replicas reconcile.
pub(crate) const OBJECTS: &str = "le-demo/role=object";
/// Selects the records that the replicas write.
pub(crate) const RECORDS: &str = "le-demo/role=record";

const ROLE: &str = "le-demo/role";
const OBJECT: &str = "le-demo/object";
const GENERATION: &str = "generation";
const REPLICA: &str = "replica";
const TOKEN: &str = "token";

/// Makes an object in its first generation.
pub(crate) fn object(name: &str, generation: u64) -> ConfigMap {
    ConfigMap {
        metadata: ObjectMeta {
            name: Some(name.to_owned()),
            labels: Some([(ROLE.to_owned(), "object".to_owned())].into()),
            ..ObjectMeta::default()
        },
        data: Some([(GENERATION.to_owned(), generation.to_string())].into()),
        ..ConfigMap::default()
    }
}

/// Makes the merge patch that gives an object its next generation.
///
/// A ConfigMap has no `metadata.generation`, so the data carries a counter.
pub(crate) fn change(generation: u64) -> serde_json::Value {
    serde_json::json!({ "data": { GENERATION: generation.to_string() } })
}

/// Reads the generation of an object, or the one that a record tells of.
pub(crate) fn generation(object: &ConfigMap) -> Option<u64> {
    object.data.as_ref()?.get(GENERATION)?.parse().ok()
}

/// Who handled which generation of an object, and under which token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Record {
    /// The generation that was handled.
    pub(crate) generation: u64,
    /// The identity of the replica.
    pub(crate) replica: String,
    /// The fencing token of the term in which it was.
    pub(crate) token: u64,
}

impl Record {
    /// Makes the ConfigMap that is written: owned by the object, and gone with it.
    pub(crate) fn to_config_map(&self, object: &ConfigMap) -> ConfigMap {
        let name = object.metadata.name.clone().unwrap_or_default();
        let data = [
            (GENERATION, self.generation.to_string()),
            (REPLICA, self.replica.clone()),
            (TOKEN, self.token.to_string()),
        ];
        ConfigMap {
            metadata: ObjectMeta {
                name: Some(record_name(&name)),
                labels: Some([(ROLE.to_owned(), "record".to_owned())].into()),
                annotations: Some([(OBJECT.to_owned(), name)].into()),
                owner_references: object.controller_owner_ref(&()).map(|owner| vec![owner]),
                ..ObjectMeta::default()
            },
            data: Some(data.map(|(key, value)| (key.to_owned(), value)).into()),
            ..ConfigMap::default()
        }
    }

    /// Reads a record, and the name of the object that it is about.
    pub(crate) fn from_config_map(map: &ConfigMap) -> Option<(String, Self)> {
        let object = map.metadata.annotations.as_ref()?.get(OBJECT)?.clone();
        let data = map.data.as_ref()?;
        let record = Self {
            generation: generation(map)?,
            replica: data.get(REPLICA)?.clone(),
            token: data.get(TOKEN)?.parse().ok()?,
        };
        Some((object, record))
    }
}

/// Returns the name of the record about an object.
pub(crate) fn record_name(object: &str) -> String {
    format!("{object}.record")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_reads_as_it_was_written_and_is_owned_by_its_object() {
        let mut owner = object("object-7", 3);
        owner.metadata.uid = Some("the-uid".to_owned());
        let record = Record { generation: 3, replica: "replica-0.2".to_owned(), token: 9 };
        let map = record.to_config_map(&owner);
        assert_eq!(Record::from_config_map(&map), Some(("object-7".to_owned(), record)));
        let owners = map.metadata.owner_references.unwrap();
        assert_eq!((owners[0].uid.as_str(), owners[0].kind.as_str()), ("the-uid", "ConfigMap"));
    }

    #[test]
    fn a_change_is_read_back_as_the_next_generation() {
        let patched: ConfigMap = serde_json::from_value(change(4)).unwrap();
        assert_eq!(generation(&patched), Some(4));
    }
}
