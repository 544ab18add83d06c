//! An operator that runs once.

mod controller;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let client = kube::Client::try_default().await?;
    tokio::select! {
        () = controller::run(client) => {}
        _ = tokio::signal::ctrl_c() => {}
    }
    Ok(())
}
