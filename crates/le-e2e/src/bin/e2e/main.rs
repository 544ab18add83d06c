//! Everything that needs the real control plane and the Go peers.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a program tells how it goes")]

mod table;

use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use clap::builder::PossibleValuesParser;
use clap::{Parser, ValueEnum};
use le_e2e::progress::Progress;
use le_e2e::stages::{Context, Outcome, STAGES, Stage};
use le_e2e::tools::Binaries;
use tokio::signal::unix::{SignalKind, signal};
use tokio::time::timeout;

/// Runs against a real kube-apiserver and etcd, and beside replicas in Go
///
/// The control plane is that of KUBEBUILDER_ASSETS, or it is built once from source, which takes minutes and needs Go. Exit codes:
/// 0 everything passed, 1 something failed or could not be tried, 130 interrupted.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask e2e", bin_name = "cargo xtask e2e", verbatim_doc_comment)]
struct Args {
    /// Runs this stage only; may be given more than once
    #[arg(long, value_name = "STAGE", value_parser = stage_names())]
    only: Vec<String>,
    /// What chance is drawn from; a new one each time where it is not given
    #[arg(long)]
    seed: Option<u64>,
    /// How to print what came out: a table, or one JSON object a line
    #[arg(long, value_enum, default_value = "table")]
    output: Output,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Output {
    Table,
    Json,
}

/// A stage that was run.
struct Done {
    stage: &'static Stage,
    time: Duration,
    outcome: Outcome,
}

fn stage_names() -> PossibleValuesParser {
    PossibleValuesParser::new(
        STAGES.iter().map(|stage| clap::builder::PossibleValue::new(stage.name).help(stage.about)),
    )
}

#[tokio::main]
async fn main() -> ExitCode {
    let args = Args::parse();
    tokio::select! {
        // What is dropped here kills every process that it started.
        done = run(&args) => match done {
            Ok(true) => ExitCode::SUCCESS,
            Ok(false) => ExitCode::FAILURE,
            Err(error) => {
                eprintln!("error: {error:#}");
                ExitCode::FAILURE
            }
        },
        () = interrupted() => {
            eprintln!("interrupted: everything that was started is taken down");
            ExitCode::from(130)
        }
    }
}

async fn run(args: &Args) -> anyhow::Result<bool> {
    let progress = Progress::new();
    let seed = args.seed.unwrap_or_else(seed);
    progress.say(&format!("seed {seed}"));
    let binaries = Arc::new(Binaries::get(&progress).await?);
    let mut all = Vec::new();
    for stage in
        STAGES.iter().filter(|stage| args.only.is_empty() || args.only.iter().any(|o| o == stage.name))
    {
        let began = Instant::now();
        progress.say(&format!("{}: {}", stage.name, stage.about));
        let context = Context { binaries: Arc::clone(&binaries), progress: progress.clone(), seed };
        let outcome = match timeout(stage.limit, (stage.run)(context)).await {
            Ok(Ok(outcome)) => outcome,
            Ok(Err(error)) => Outcome { failed: vec![format!("{error:#}")], ..Outcome::default() },
            Err(_) => {
                Outcome { failed: vec![format!("it took more than {:?}", stage.limit)], ..Outcome::default() }
            }
        };
        for failure in &outcome.failed {
            progress.say(&format!("{}: FAILED: {failure}", stage.name));
        }
        all.push(Done { stage, time: began.elapsed(), outcome });
    }
    match args.output {
        Output::Table => print!("{}", table::table(&all, seed)),
        Output::Json => print!("{}", table::json(&all, seed)),
    }
    Ok(all.iter().all(|done| done.outcome.failed.is_empty()))
}

async fn interrupted() {
    let Ok(mut terminate) = signal(SignalKind::terminate()) else { return std::future::pending().await };
    tokio::select! {
        _ = terminate.recv() => {}
        _ = tokio::signal::ctrl_c() => {}
    }
}

/// A number that is not the same twice.
fn seed() -> u64 {
    use std::hash::{BuildHasher, RandomState};
    RandomState::new().hash_one(std::process::id())
}
