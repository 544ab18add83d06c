//! What the election machine costs at each step, and what work pays to ask whether it leads.

mod right;
mod step;

use std::process::ExitCode;

use clap::Parser;
use le_bench::{Output, print};

/// What the election machine costs at each step, and what work pays to ask whether it leads
#[derive(Debug, Parser)]
struct Args {
    /// How to print the figures
    #[arg(long, value_enum, default_value_t)]
    output: Output,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<ExitCode> {
    let args = Args::parse();
    let mut rows = step::rows()?;
    rows.extend(right::rows().await?);
    Ok(if print(&rows, args.output)? { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
