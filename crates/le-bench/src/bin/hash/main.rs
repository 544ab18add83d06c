//! What a look-up in `le-hash` costs, beside a floor and beside Knative's Go code.

mod floor;
mod go;
mod keys;
mod measure;
mod rows;

use std::process::ExitCode;

use clap::Parser;
use le_bench::{Output, print};

/// What a look-up in `le-hash` costs, beside a floor and beside Knative's Go code
#[derive(Debug, Parser)]
struct Args {
    /// How to print the figures
    #[arg(long, value_enum, default_value_t)]
    output: Output,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<ExitCode> {
    let args = Args::parse();
    let peer = go::figures(&rows::COUNTS).await;
    let rows = rows::rows(&peer)?;
    Ok(if print(&rows, args.output)? { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
