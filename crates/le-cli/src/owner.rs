//! From a pod to the component that it belongs to.

use std::collections::HashMap;

use kube::Api;
use kube::api::{ApiResource, DynamicObject, GroupVersionKind};

use crate::Connection;

/// What pods belong to: a Deployment, a StatefulSet, or what else owns them.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub struct Component {
    /// Its kind; empty where it was guessed from the name of a pod.
    pub kind: String,
    /// Its name.
    pub name: String,
}

/// Finds out who owns pods; what it has learnt of ReplicaSets it keeps.
#[derive(Clone, Debug)]
pub struct Owners {
    replica_sets: Api<DynamicObject>,
    known: HashMap<String, Component>,
}

impl Owners {
    /// Begins with nothing known.
    pub fn new(connection: &Connection, namespace: &str) -> Self {
        let kind = GroupVersionKind::gvk("apps", "v1", "ReplicaSet");
        let resource = ApiResource::from_gvk_with_plural(&kind, "replicasets");
        let replica_sets = Api::namespaced_with(connection.client.clone(), namespace, &resource);
        Self { replica_sets, known: HashMap::new() }
    }

    /// Returns the component of a pod. One without an owner is its own.
    ///
    /// A Deployment owns its pods through ReplicaSets. Where a ReplicaSet cannot be read, its name without the last part stands for
    /// that of the Deployment.
    pub async fn component(&mut self, pod: &DynamicObject) -> Component {
        let name = pod.metadata.name.clone().unwrap_or_default();
        let Some(owner) = controller(pod) else { return Component { kind: "Pod".to_owned(), name } };
        if owner.kind != "ReplicaSet" {
            return owner;
        }
        if let Some(known) = self.known.get(&owner.name) {
            return known.clone();
        }
        let component = match self.replica_sets.get_metadata(&owner.name).await {
            Ok(set) => {
                let above = set.metadata.owner_references.into_iter().flatten();
                let above = above.into_iter().find(|owner| owner.controller == Some(true));
                above.map_or(owner.clone(), |above| Component { kind: above.kind, name: above.name })
            }
            Err(_) => {
                let name = owner.name.rsplit_once('-').map_or(&*owner.name, |(stem, _)| stem).to_owned();
                return Component { kind: "Deployment".to_owned(), name };
            }
        };
        self.known.insert(owner.name, component.clone());
        component
    }
}

/// Who owns an object as its controller.
fn controller(object: &DynamicObject) -> Option<Component> {
    let mut owners = object.metadata.owner_references.iter().flatten();
    let owner = owners.find(|owner| owner.controller == Some(true))?;
    Some(Component { kind: owner.kind.clone(), name: owner.name.clone() })
}

/// Guesses the component from the name of a pod that cannot be read, as Knative does: the name without its last two parts.
#[must_use]
pub fn component_by_name(pod: &str) -> Component {
    let mut parts = pod.rsplitn(3, '-');
    let stem = parts.nth(2).filter(|stem| !stem.is_empty()).unwrap_or(pod);
    Component { kind: String::new(), name: stem.to_owned() }
}
