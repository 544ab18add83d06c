//! What strangers do to Leases.

use std::time::Duration;

use k8s_openapi::api::coordination::v1::Lease;
use kube::Api;
use kube::api::{DeleteParams, Patch, PatchParams};
use serde_json::json;

use super::Director;
use crate::entry::{Name, What};

impl Director {
    /// Lets a stranger take, free, delete or empty a Lease, whoever has it.
    pub(super) async fn rob(&mut self, lease: &Name) {
        let who: Name = "stranger".into();
        let leases: Api<Lease> = Api::default_namespaced(self.server.client(&who));
        let (how, seconds) = (self.chance.usize(..4), self.chance.u64(1..=15));
        if leases.get_opt(lease).await.ok().flatten().is_none() {
            return;
        }
        let deed = ["deleted", "freed", "taken", "emptied"][how];
        // First, for whoever is woken by the deed acts within the same instant.
        self.arena.note(&who, What::Robbed { bucket: lease.clone(), how: deed });
        match deed {
            "deleted" => _ = leases.delete(lease, &DeleteParams::default()).await,
            "freed" => self.server.free_lease(lease),
            "taken" => self.server.take_lease(lease, "stranger", Duration::from_secs(seconds)),
            _ => {
                let nothing = Patch::Merge(json!({ "spec": null }));
                let _ = leases.patch(lease, &PatchParams::default(), &nothing).await;
            }
        }
    }
}
