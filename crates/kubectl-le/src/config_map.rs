//! The ConfigMap in the cluster.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::{Context as _, bail};
use kube::Api;
use kube::api::{ApiResource, DynamicObject, GroupVersionKind};
use le_cli::{Connection, explain};

/// How long to wait for the answer.
const PATIENCE: Duration = Duration::from_secs(30);

/// The data of a ConfigMap: strings by their keys.
pub(crate) type Data = BTreeMap<String, String>;

/// Reads the data of a ConfigMap; `None` where there is no such ConfigMap.
pub(crate) async fn read(connection: &Connection, name: &str) -> anyhow::Result<Option<Data>> {
    let kind = ApiResource::from_gvk(&GroupVersionKind::gvk("", "v1", "ConfigMap"));
    let api: Api<DynamicObject> =
        Api::namespaced_with(connection.client.clone(), &connection.namespace, &kind);
    let answer = tokio::time::timeout(PATIENCE, api.get_opt(name)).await;
    let answer = answer
        .with_context(|| format!("cannot get the ConfigMap {name:?}: no answer within {PATIENCE:?}"))?;
    let object = match answer {
        Ok(object) => object,
        Err(error) => bail!(explain(error, &format!("get the ConfigMap {name:?}"), &connection.namespace)),
    };
    Ok(object.map(|object| {
        let data = object.data["data"].as_object().into_iter().flatten();
        data.filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned()))).collect()
    }))
}

/// The name of the ConfigMap, as components find it.
pub(crate) fn name() -> String {
    le_config::config_map_name(|key| std::env::var(key).ok())
}
