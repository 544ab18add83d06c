//! What `le-runtime` costs beside kube-runtime without it.

mod gate;
mod objects;
mod promote;
mod server;
mod skip;

use std::process::ExitCode;

use le_bench::{finish, output};

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<ExitCode> {
    let output = output("What `le-runtime` costs beside kube-runtime without it");
    let mut rows = skip::rows().await?;
    rows.extend(promote::rows().await?);
    rows.extend(gate::rows().await?);
    Ok(finish(&rows, output)?)
}
