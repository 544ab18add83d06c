//! All that a change must pass, one step after the other.

mod deny;
mod features;

use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::bail;

use crate::cargo::{self, cargo, locked};
use crate::{counts, sim, test, tidy};

/// What `cargo xtask ci` is told.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Leaves the tests out, for whoever has just run `cargo xtask test`
    #[arg(long)]
    skip_tests: bool,
}

type Step = (&'static str, fn() -> anyhow::Result<()>);

/// The steps; the quick ones first.
const STEPS: [Step; 9] = [
    ("fmt", || cargo::run(fmt())),
    ("tidy", tidy::run),
    ("clippy", || cargo::run(clippy())),
    (TEST, || cargo::run(test::command())),
    ("sim", sim::check),
    ("docs", || cargo::run(docs())),
    ("features", features::run),
    ("deny", deny::run),
    ("counts", counts::check),
];

const TEST: &str = "test";

/// Runs every step, those after a failed one too, and tells at the end how each went.
pub(crate) fn run(args: &Args) -> anyhow::Result<()> {
    let mut table = Vec::new();
    for (name, step) in STEPS.into_iter().filter(|(name, _)| !(args.skip_tests && *name == TEST)) {
        println!("==> {name}");
        let begin = Instant::now();
        let result = step();
        if let Err(error) = &result {
            println!("{error:#}");
        }
        let (time, word) = (begin.elapsed(), if result.is_ok() { "ok" } else { "FAILED" });
        println!("==> {name}: {word} after {}\n", seconds(time));
        table.push((name, time, word));
    }

    println!("{:<10} {:>8}  result", "step", "time");
    for (name, time, word) in &table {
        println!("{name:<10} {:>8}  {word}", seconds(*time));
    }
    let failed: Vec<_> =
        table.iter().filter(|(_, _, word)| *word != "ok").map(|(name, _, _)| *name).collect();
    if !failed.is_empty() {
        bail!("failed: {}", failed.join(", "));
    }
    Ok(())
}

fn fmt() -> Command {
    let mut command = cargo();
    command
        .arg("fmt")
        .arg("--manifest-path")
        .arg(cargo::root().join("Cargo.toml"))
        .args(["--all", "--check"]);
    command
}

fn clippy() -> Command {
    let mut command = locked("clippy");
    command.args(["--workspace", "--all-targets", "--all-features", "--keep-going", "--", "-D", "warnings"]);
    command
}

fn docs() -> Command {
    let mut command = locked("doc");
    command.args(["--workspace", "--no-deps", "--all-features"]).env("RUSTDOCFLAGS", "-D warnings");
    command
}

fn seconds(time: Duration) -> String {
    format!("{:.1} s", time.as_secs_f64())
}
