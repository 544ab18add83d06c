//! A program that leads, and has neither a controller nor TLS.

use le_lease::Election;
use tokio_util::sync::CancellationToken;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let election = Election::new(kube::Client::try_default().await?, "operator")?;
    let lead = |leadership: le_core::Leadership| async move { leadership.stopping().await };
    election.run_while_leading(CancellationToken::new(), lead).await?;
    Ok(())
}
