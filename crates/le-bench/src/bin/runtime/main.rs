//! What `le-runtime` costs beside kube-runtime without it.

mod gate;
mod objects;
mod promote;
mod server;
mod skip;

use std::process::ExitCode;

use clap::Parser;
use le_bench::{Output, print};

/// What `le-runtime` costs beside kube-runtime without it
#[derive(Debug, Parser)]
struct Args {
    /// How to print the figures
    #[arg(long, value_enum, default_value_t)]
    output: Output,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<ExitCode> {
    let args = Args::parse();
    let mut rows = skip::rows().await?;
    rows.extend(promote::rows().await?);
    rows.extend(gate::rows().await?);
    Ok(if print(&rows, args.output)? { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
