//! Writes who handled which generation of an object, for as long as it has the right to.

use k8s_openapi::api::core::v1::ConfigMap;
use kube::Api;
use kube::api::{Patch, PatchParams};
use le_core::{Leadership, NotLeading};
use thiserror::Error;
use tokio::time::timeout;

use crate::object::{OPERATOR, Record, record_name};
use crate::report::Replica;

/// The records that this process writes.
#[derive(Debug)]
pub(super) struct Records {
    api: Api<ConfigMap>,
    replica: Replica,
}

impl Records {
    pub(super) fn new(client: kube::Client, namespace: &str, replica: Replica) -> Self {
        Self { api: Api::namespaced(client, namespace), replica }
    }

    /// Writes that this process handled a generation of `object`, in one request that stands alone.
    ///
    /// The right is checked just before, and the request is given up at the moment when it would run out if nobody renewed it.
    /// What the server makes of it until then comes at least the margin between renew deadline and lease duration before
    /// another replica leads. There is no condition on the record's version on purpose: the demo shows what leadership alone
    /// is worth, and a store that refuses older tokens would hide it.
    pub(super) async fn write(
        &self,
        object: &ConfigMap,
        generation: u64,
        leadership: &Leadership,
    ) -> Result<(), WriteError> {
        let name = object.metadata.name.as_deref().unwrap_or_default();
        let token = leadership.token().get();
        let record = Record { generation, replica: self.replica.to_string(), token };
        let patch = Patch::Apply(record.to_config_map(object));
        let params = PatchParams::apply(OPERATOR).force();
        leadership.ensure()?;
        timeout(leadership.remaining(), self.api.patch(&record_name(name), &params, &patch)).await??;
        Ok(())
    }
}

/// Why a record was not written.
#[derive(Debug, Error)]
pub(super) enum WriteError {
    #[error(transparent)]
    NotLeading(#[from] NotLeading),
    #[error("the write was given up when the right to it was about to run out")]
    GivenUp(#[from] tokio::time::error::Elapsed),
    #[error("the API server did not take the write")]
    Refused(#[from] kube::Error),
}
