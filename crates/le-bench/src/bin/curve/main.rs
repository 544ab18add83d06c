//! What an API server spends on 1 to 1,000 buckets and 1 to 10 processes that compete for them, ours and client-go's.
//!
//! It prints the table of `docs/performance.md`, and draws its picture: `cargo xtask pictures --curve`.
#![expect(clippy::print_stdout, reason = "the table is what the program is for")]

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use clap::Parser;
use le_bench::chart::{Axis, Line, draw};
use le_bench::crew::{Crew, Window, settings};
use le_bench::document::{replace_table, write};
use le_e2e::fleet::Kind;
use le_e2e::plane::Plane;
use le_e2e::progress::Progress;
use le_e2e::tools::Binaries;
use tokio::time::sleep;

/// What an API server spends on 1 to 1,000 buckets and 1 to 10 processes, ours and client-go's
#[derive(Debug, Parser)]
struct Args {
    /// The document whose table is to be written anew
    #[arg(long, value_name = "FILE")]
    document: Option<PathBuf>,
    /// Where the picture is to be drawn
    #[arg(long, value_name = "FILE")]
    picture: Option<PathBuf>,
}

const BUCKETS: [u32; 4] = [1, 10, 100, 1_000];
const PROCESSES: [usize; 3] = [1, 3, 10];
const KINDS: [Kind; 2] = [Kind::Rust, Kind::ClientGo];

/// client-go's defaults, in seconds.
const TIMING: [u64; 3] = [15, 10, 2];

/// Until the first renewals are over.
const SETTLE: Duration = Duration::from_secs(3);
const LENGTH: Duration = Duration::from_secs(6);

const HEAD: &str = "| buckets | processes | servers, ours | client-go's | requests a second, ours | client-go's | memory of the largest process, ours | client-go's |";
const TITLE: &str = "processor time of API server and store, ms a second (client-go dashed), over buckets";

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let args = Args::parse();
    let progress = Progress::new();
    let binaries = Arc::new(Binaries::optimised(&progress).await?);
    let mut lines: Vec<Line> = Vec::new();
    let mut windows = Vec::new();
    for (colour, processes) in PROCESSES.into_iter().enumerate() {
        for kind in KINDS {
            let line = Line::new(format!("{processes} of {kind}"), colour);
            let mut line = if kind.is_ours() { line } else { line.dashed() };
            // One server for each line: what was there before costs it something too.
            let plane = Plane::start(&binaries).await?;
            for buckets in BUCKETS {
                let _step = progress.step(&format!("{processes} of {kind} compete for {buckets} Leases"));
                let window = measure(&plane, &binaries, kind, buckets, processes).await?;
                line.push(f64::from(buckets), per_second(&window, window.server.as_secs_f64() * 1e3));
                windows.push((buckets, processes, kind, window));
            }
            plane.shutdown().await?;
            lines.push(line);
        }
    }
    let mut table = vec![HEAD.to_owned(), "|---".repeat(8) + "|"];
    for processes in PROCESSES {
        table.extend(BUCKETS.map(|buckets| row(&windows, buckets, processes)));
    }
    let table = table.join("\n") + "\n";
    println!("{table}");
    if let Some(path) = &args.picture {
        write(path, &draw(TITLE, Axis::Logarithmic, &lines))?;
    }
    if let Some(path) = &args.document {
        replace_table(path, HEAD, &table)?;
    }
    Ok(())
}

async fn measure(
    plane: &Plane,
    binaries: &Arc<Binaries>,
    kind: Kind,
    buckets: u32,
    processes: usize,
) -> anyhow::Result<Window> {
    let namespace = format!("curve-{kind}-{buckets}-{processes}");
    let mut crew = Crew::new(plane, binaries, &namespace, kind, settings(buckets, TIMING)).await?;
    for _ in 0..processes {
        crew.join()?;
    }
    crew.until_all_led().await?;
    sleep(SETTLE).await;
    crew.window(LENGTH).await
}

fn per_second(window: &Window, of: f64) -> f64 {
    of / window.length.as_secs_f64()
}

fn row(windows: &[(u32, usize, Kind, Window)], buckets: u32, processes: usize) -> String {
    let both = KINDS.map(|kind| {
        let found = windows.iter().find(|row| (row.0, row.1, row.2) == (buckets, processes, kind));
        &found.expect("each was measured").3
    });
    let memory =
        |window: &Window| window.members.iter().map(|cost| cost.resident).fold(0.0, f64::max) / 1024.0;
    let server =
        both.map(|window| format!("{:.0} ms/s", per_second(window, window.server.as_secs_f64() * 1e3)));
    let requests = both.map(|window| format!("{:.1}", per_second(window, window.requests as f64)));
    let memory = both.map(|window| format!("{:.1} MiB", memory(window)));
    let [server, requests, memory] = [server, requests, memory].map(|both| both.join(" | "));
    format!("| {buckets} | {processes} | {server} | {requests} | {memory} |")
}
