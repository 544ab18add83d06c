//! An operator of which one replica works, with kubert.

mod controller;

use kube::{Api, Client};
use kubert::lease::{ClaimParams, LeaseManager};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let client = Client::try_default().await?;
    let identity = std::env::var("HOSTNAME")?;
    let leases = LeaseManager::init(Api::default_namespaced(client.clone()), "operator").await?;
    let (mut claims, task) = leases.spawn(identity.clone(), ClaimParams::default()).await?;
    claims.wait_for(|claim| claim.is_current_for(&identity)).await?;
    let lost = async {
        let _ = claims.wait_for(|claim| !claim.is_current_for(&identity)).await;
    };
    tokio::select! {
        () = controller::run(client) => {}
        () = lost => {}
        _ = tokio::signal::ctrl_c() => {}
    }
    drop(claims);
    task.await??;
    Ok(())
}
