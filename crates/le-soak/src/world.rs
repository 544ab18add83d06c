//! What is there beside the replicas: whoever wants something of the objects, and whoever watches what the store has.

use std::collections::BTreeMap;
use std::time::Duration;

use futures::{StreamExt, pin_mut};
use k8s_openapi::api::core::v1::ConfigMap;
use kube::api::{ListParams, Patch, PatchParams, WatchEvent, WatchParams};
use kube::{Api, Client};
use le_runtime::FENCING_TOKEN_ANNOTATION;
use le_testkit::ApiServer;
use serde_json::json;
use tokio::time::interval;

use crate::arena::Arena;
use crate::entry::{Name, What};

/// How often something new is wanted of an object.
const WANTED: Duration = Duration::from_millis(300);

/// Makes the objects.
pub(crate) fn fill(server: &ApiServer, count: u32) {
    server.fill((0..count).map(|number| {
        json!({
            "apiVersion": "v1", "kind": "ConfigMap", "metadata": { "name": object(number) },
            "data": { "wanted": "0" },
        })
    }));
}

fn object(number: u32) -> String {
    format!("object-{number:03}")
}

/// Wants something new, of one object after the other.
pub(crate) async fn want(client: Client, count: u32) {
    let objects: Api<ConfigMap> = Api::default_namespaced(client);
    let mut ticks = interval(WANTED);
    for wanted in 1_u64.. {
        ticks.tick().await;
        let number = u32::try_from(wanted % u64::from(count)).unwrap_or_default();
        let patch = Patch::Merge(json!({ "data": { "wanted": wanted.to_string() } }));
        // The server fails only whom rules are about.
        let _ = objects.patch(&object(number), &PatchParams::default(), &patch).await;
    }
}

/// Watches the objects, and notes each token that the store has.
pub(crate) async fn observe(client: Client, arena: Arena) {
    let who: Name = "store".into();
    let objects: Api<ConfigMap> = Api::default_namespaced(client);
    let mut known = BTreeMap::new();
    loop {
        let Ok(list) = objects.list(&ListParams::default()).await else { continue };
        let version = list.metadata.resource_version.unwrap_or_default();
        for object in list.items {
            note(&arena, &who, &object, &mut known);
        }
        let Ok(events) = objects.watch(&WatchParams::default(), &version).await else { continue };
        pin_mut!(events);
        while let Some(Ok(event)) = events.next().await {
            if let WatchEvent::Added(object) | WatchEvent::Modified(object) = event {
                note(&arena, &who, &object, &mut known);
            }
        }
    }
}

fn note(arena: &Arena, who: &Name, object: &ConfigMap, known: &mut BTreeMap<Name, u64>) {
    let annotations = object.metadata.annotations.as_ref();
    let token = annotations.and_then(|all| all.get(FENCING_TOKEN_ANNOTATION)).and_then(|t| t.parse().ok());
    let name: Name = object.metadata.name.as_deref().unwrap_or_default().into();
    if let Some(token) = token
        && known.insert(name.clone(), token) != Some(token)
    {
        arena.note(who, What::Stored { object: name, token });
    }
}
