//! What the tests share.

use k8s_openapi::api::coordination::v1::Lease;
use k8s_openapi::api::core::v1::ConfigMap;
use kube::api::{Api, PostParams};
use kube::core::Status;
use le_testkit::ApiServer;
use serde_json::{Value, json};

pub(crate) fn leases(server: &ApiServer, client: &str) -> Api<Lease> {
    Api::default_namespaced(server.client(client))
}

pub(crate) fn config_maps(server: &ApiServer, client: &str) -> Api<ConfigMap> {
    Api::default_namespaced(server.client(client))
}

pub(crate) fn lease(name: &str, holder: &str) -> Lease {
    typed(json!({
        "metadata": { "name": name },
        "spec": { "holderIdentity": holder, "leaseDurationSeconds": 15, "leaseTransitions": 0 },
    }))
}

pub(crate) fn config_map(name: &str, data: Value) -> ConfigMap {
    typed(json!({ "metadata": { "name": name }, "data": data }))
}

pub(crate) fn typed<K: serde::de::DeserializeOwned>(value: Value) -> K {
    serde_json::from_value(value).unwrap()
}

pub(crate) fn post() -> PostParams {
    PostParams::default()
}

/// The `Status` of a refusal.
pub(crate) fn status<T: std::fmt::Debug>(outcome: Result<T, kube::Error>) -> Status {
    match outcome {
        Err(kube::Error::Api(status)) => *status,
        other => panic!("expected a refusal, got {other:?}"),
    }
}
