//! One leader among the replicas of an operator, in ten lines: run it twice, and stop the one that leads.

use le_core::Leadership;
use le_lease::Election;
use tokio_util::sync::CancellationToken;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    tracing_subscriber::fmt().with_writer(std::io::stderr).init(); // it says what it survives, and who must act
    let stop = CancellationToken::new();
    tokio::spawn({
        let stop = stop.clone();
        async move { tokio::signal::ctrl_c().await.map(|()| stop.cancel()) }
    });
    let election = Election::new(kube::Client::try_default().await?, "one-leader")?;
    election.run_while_leading(stop, controller).await?;
    Ok(())
}

/// The work of the leader. It is dropped at the moment at which it leads no longer.
#[expect(clippy::print_stdout, reason = "it is a program, and says what it does")]
async fn controller(leadership: Leadership) {
    while leadership.ensure().is_ok() {
        println!("leading {} under token {}", leadership.bucket(), leadership.token());
        tokio::time::sleep(std::time::Duration::from_secs(1)).await;
    }
}
