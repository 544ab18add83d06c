//! What a look-up in `le-hash` costs, beside a floor and beside Knative's Go code.

mod floor;
mod go;
mod measure;
mod rows;

use std::process::ExitCode;

use le_bench::{finish, output};

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<ExitCode> {
    let output = output("What a look-up in `le-hash` costs, beside a floor and beside Knative's Go code");
    let peer = go::figures(&rows::COUNTS).await;
    let rows = rows::rows(&peer)?;
    Ok(finish(&rows, output)?)
}
