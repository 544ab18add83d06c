//! What `le-runtime` costs beside kube-runtime without it.

mod gate;
mod objects;
mod promote;
mod skip;

use std::process::ExitCode;

use clap::Parser;
use le_bench::{Output, Stopwatch, print};
use tokio::runtime::Builder;

/// What `le-runtime` costs beside kube-runtime without it
#[derive(Debug, Parser)]
struct Args {
    /// How to print the figures
    #[arg(long, value_enum, default_value_t)]
    output: Output,
}

fn main() -> anyhow::Result<ExitCode> {
    let args = Args::parse();
    let bare = Builder::new_current_thread().enable_all().build()?;
    let mut rows = bare.block_on(async {
        let mut rows = vec![skip::row("one thread, no log", Stopwatch::of_thread).await?];
        rows.extend(promote::rows().await?);
        rows.extend(gate::rows().await?);
        anyhow::Ok(rows)
    })?;

    // As operators are: `#[tokio::main]`, and a log at its default level, which kube-runtime tells of each reconcile.
    tracing_subscriber::fmt().with_writer(std::io::sink).init();
    let usual = Builder::new_multi_thread().enable_all().build()?;
    rows.insert(1, usual.block_on(skip::row("many threads, log at info", Stopwatch::of_process))?);
    Ok(if print(&rows, args.output)? { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
