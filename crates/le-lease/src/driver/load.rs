//! Reads the configuration from the cluster.

use std::collections::BTreeMap;
use std::time::Duration;

use kube::api::{ApiResource, DynamicObject, GroupVersionKind};
use kube::{Api, Client};
use le_config::{Config, ConfigErrors, Parser};
use tokio::time::timeout;

use super::namespace;

/// How long to wait for an answer: kube's client by itself waits for ever.
const PATIENCE: Duration = Duration::from_secs(30);

/// The configuration cannot be read from the cluster.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LoadError {
    /// The API server does not give the ConfigMap. Whoever deploys the operator must act, or the API server is out of reach.
    #[error(
        "the ConfigMap {name:?} in namespace {namespace:?} cannot be read: grant the service account the verb \"get\" on \
         \"configmaps\" by a Role in that namespace, or see to it that the API server can be reached"
    )]
    Unreadable {
        /// The name of the ConfigMap.
        name: String,
        /// Its namespace.
        namespace: String,
        /// What the server said.
        #[source]
        source: Box<kube::Error>,
    },
    /// The API server does not answer. Nobody must act unless it lasts.
    #[error(
        "the ConfigMap {name:?} in namespace {namespace:?} cannot be read: no answer within {PATIENCE:?}"
    )]
    TimedOut {
        /// The name of the ConfigMap.
        name: String,
        /// Its namespace.
        namespace: String,
    },
    /// The ConfigMap has mistakes; all of them are told. Whoever wrote it must act.
    #[error("the ConfigMap {name:?} in namespace {namespace:?} cannot be used")]
    Invalid {
        /// The name of the ConfigMap.
        name: String,
        /// Its namespace.
        namespace: String,
        /// Every mistake in it.
        #[source]
        source: ConfigErrors,
    },
}

/// Reads the leader election ConfigMap of this pod's namespace; without one, the defaults hold.
///
/// Its name is the value of the environment variable `CONFIG_LEADERELECTION_NAME`, or `config-leader-election`. Its namespace is the
/// one that `SYSTEM_NAMESPACE` names, else `POD_NAMESPACE`, else the client's default one. It may ask for at most ten buckets, as in
/// Knative; [`load_config_with`] takes another limit.
///
/// # Errors
///
/// [`LoadError`] when the ConfigMap cannot be read or has mistakes.
///
/// # Cancel safety
///
/// Dropping the future loses nothing.
pub async fn load_config(client: &Client) -> Result<Config, LoadError> {
    load_config_with(client, &namespace::choose(client), &Parser::default()).await
}

/// Reads the leader election ConfigMap of a namespace by a parser of one's own, which sets how many buckets it may ask for.
///
/// # Errors
///
/// [`LoadError`] when the ConfigMap cannot be read or has mistakes.
///
/// # Cancel safety
///
/// Dropping the future loses nothing.
pub async fn load_config_with(
    client: &Client,
    namespace: &str,
    parser: &Parser,
) -> Result<Config, LoadError> {
    let name = le_config::config_map_name(|key| std::env::var(key).ok());
    let namespace = namespace.to_owned();
    let kind = ApiResource::from_gvk(&GroupVersionKind::gvk("", "v1", "ConfigMap"));
    let api: Api<DynamicObject> = Api::namespaced_with(client.clone(), &namespace, &kind);
    let config_map = match timeout(PATIENCE, api.get_opt(&name)).await {
        Err(_) => return Err(LoadError::TimedOut { name, namespace }),
        Ok(Ok(config_map)) => config_map,
        Ok(Err(source)) => return Err(LoadError::Unreadable { name, namespace, source: Box::new(source) }),
    };
    let data = config_map.map(|config_map| data(&config_map)).unwrap_or_default();
    parser.parse_all(&data).map_err(|source| LoadError::Invalid { name, namespace, source })
}

fn data(config_map: &DynamicObject) -> BTreeMap<String, String> {
    let data = config_map.data["data"].as_object().into_iter().flatten();
    data.filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned()))).collect()
}
