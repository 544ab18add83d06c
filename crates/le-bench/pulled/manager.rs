//! An operator of which one replica works, with kube-lease-manager.

mod controller;

use kube_lease_manager::LeaseManagerBuilder;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let client = kube::Client::try_default().await?;
    let manager = LeaseManagerBuilder::new(client.clone(), "operator").build().await?;
    let (mut leads, task) = manager.watch().await;
    leads.wait_for(|leads| *leads).await?;
    let lost = async {
        let _ = leads.wait_for(|leads| !leads).await;
    };
    tokio::select! {
        () = controller::run(client) => {}
        () = lost => {}
        _ = tokio::signal::ctrl_c() => {}
    }
    drop(leads);
    task.await??;
    Ok(())
}
