//! Writes who handled which generation of an object, for as long as it has the right to.

use k8s_openapi::api::core::v1::ConfigMap;
use kube::api::{Patch, PatchParams};
use kube::{Api, Client};
use le_core::Leadership;
use le_runtime::LeadershipExt;

use crate::object::{OPERATOR, Record, record_name};
use crate::report::Replica;

/// The records that this process writes.
pub(super) struct Records {
    client: Client,
    namespace: String,
    replica: Replica,
}

impl Records {
    pub(super) fn new(client: Client, namespace: &str, replica: Replica) -> Self {
        Self { client, namespace: namespace.to_owned(), replica }
    }

    /// Writes that this process handled a generation of `object`, in one request that stands alone.
    ///
    /// The gate checks the right just before, and gives the request up at the moment when it is lost. What the server makes of
    /// it until then comes at least the margin between renew deadline and lease duration before another replica leads. There is
    /// no condition on the record's version on purpose: the demo shows what leadership alone is worth, and a store that refuses
    /// older tokens would hide it.
    pub(super) async fn write(
        &self,
        object: &ConfigMap,
        generation: u64,
        leadership: &Leadership,
    ) -> kube::Result<()> {
        let name = object.metadata.name.as_deref().unwrap_or_default();
        let token = leadership.token().get();
        let record = Record { generation, replica: self.replica.to_string(), token };
        let records: Api<ConfigMap> = Api::namespaced(leadership.client(&self.client), &self.namespace);
        let params = PatchParams::apply(OPERATOR).force();
        records.patch(&record_name(name), &params, &Patch::Apply(record.to_config_map(object))).await?;
        Ok(())
    }
}

impl std::fmt::Debug for Records {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Records").field("namespace", &self.namespace).finish_non_exhaustive()
    }
}
