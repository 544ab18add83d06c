//! An operator of which one replica works.

mod controller;

use le_lease::Election;
use tokio_util::sync::CancellationToken;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let client = kube::Client::try_default().await?;
    let stop = CancellationToken::new();
    tokio::spawn({
        let stop = stop.clone();
        async move { tokio::signal::ctrl_c().await.map(|()| stop.cancel()) }
    });
    let election = Election::new(client.clone(), "operator")?;
    election.run_while_leading(stop, move |_| controller::run(client.clone())).await?;
    Ok(())
}
