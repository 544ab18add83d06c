//! `cargo xtask soak`: runs the full stack for hours, and judges what it did.
#![expect(clippy::print_stderr, reason = "a program says how it goes")]

mod cli;
mod report;

use std::fs::File;
use std::io::{BufWriter, Write};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::Context;
use clap::Parser;
use cli::Cli;
use le_soak::{Outcome, RealOutcome, run, run_real};
use report::Report;
use serde_json::json;

/// A run as long as this must have had every kind of fault.
const FULL: Duration = Duration::from_secs(3600);

fn main() -> ExitCode {
    let cli = Cli::parse();
    let seed = cli.seed();
    // Before all else, so that a run that is cut short can be run again.
    eprintln!("seed {seed}");
    let began = Instant::now();
    let report = if cli.real { in_real_time(&cli, seed, began) } else { in_virtual_time(&cli, seed, began) };
    match report.map(|report| report.print(cli.output)) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error:#} (seed {seed})");
            ExitCode::FAILURE
        }
    }
}

fn in_virtual_time(cli: &Cli, seed: u64, began: Instant) -> anyhow::Result<Report> {
    let plan = cli.plan(seed)?;
    let out = cli.journal.as_ref().map(|path| {
        let file = File::create(path).with_context(|| format!("cannot write to {}", path.display()))?;
        anyhow::Ok(Box::new(BufWriter::new(file)) as Box<dyn Write + Send>)
    });
    let minutes = plan.length.as_secs() / 60;
    let outcome = run(&plan, out.transpose()?, &mut |at, requests, broken| {
        let (virtually, really) = (at.as_secs_f64() / 60.0, began.elapsed().as_secs_f64());
        eprintln!(
            "[{really:6.1} s] {virtually:5.1} of {minutes} minutes: {requests} requests, {broken} rules broken"
        );
    })?;
    let compared = outcome.compared();
    let missing = outcome.missing();
    let Outcome { broken, tally, excused, busiest, settled, digest, .. } = outcome;
    let mut wrong: Vec<String> = broken.iter().map(ToString::to_string).collect();
    if plan.length >= FULL {
        wrong.extend(missing.iter().map(|kind| format!("it never happened: {kind}")));
    }
    let mut figures: Vec<(String, serde_json::Value)> =
        tally.into_iter().map(|(kind, times)| (kind.to_owned(), json!(times))).collect();
    figures.extend([
        ("excused, after a stranger".to_owned(), json!(excused)),
        ("most requests about one Lease in a retry period".to_owned(), json!(busiest)),
        ("longest until all was led, in seconds".to_owned(), json!(settled.as_secs_f64())),
        ("digest of the journal".to_owned(), json!(format!("{digest:016x}"))),
    ]);
    Ok(Report { seed, took: began.elapsed(), figures, compared, wrong })
}

fn in_real_time(cli: &Cli, seed: u64, began: Instant) -> anyhow::Result<Report> {
    let plan = cli.real_plan(seed)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let outcome = runtime.block_on(async {
        let mut told = |at: Duration, what: &str| eprintln!("[{:6.1} s] {what}", at.as_secs_f64());
        tokio::select! {
            outcome = run_real(&plan, &mut told) => outcome,
            // The processes are killed as they are dropped.
            interrupted = tokio::signal::ctrl_c() => {
                interrupted?;
                anyhow::bail!("it was interrupted")
            }
        }
    })?;
    let RealOutcome { compared, verdict, tally, mut wrong, .. } = outcome;
    wrong.extend(verdict.faults.iter().map(ToString::to_string));
    let mut figures: Vec<(String, serde_json::Value)> =
        tally.into_iter().map(|(kind, times)| (kind.to_owned(), json!(times))).collect();
    figures.extend([("terms".to_owned(), json!(verdict.terms)), ("acts".to_owned(), json!(verdict.acts))]);
    Ok(Report { seed, took: began.elapsed(), figures, compared, wrong })
}
