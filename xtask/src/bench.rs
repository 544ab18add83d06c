//! Figures beside peers and floors: one program after the other, and one table of all rows.

use std::io::Write as _;
use std::process::Stdio;

use anyhow::{Context as _, ensure};

use crate::cargo;

/// The programs that measure.
const PROGRAMS: [&str; 7] = ["hash", "machine", "runtime", "scale", "process", "processes", "pulled"];

/// What `cargo xtask bench` is told.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Runs this program only
    #[arg(long, value_name = "NAME", value_parser = PROGRAMS)]
    only: Option<String>,
    /// How to print the figures: a table, or one JSON object a line
    #[arg(long, default_value = "table", value_parser = ["table", "json"])]
    output: String,
}

/// Measures, and fails when a target is missed.
pub(crate) fn run(args: &Args) -> anyhow::Result<()> {
    let mut build = cargo::locked("build");
    build.args(["--release", "--package", "le-bench", "--bins"]);
    cargo::run(build)?;
    let mut rows = String::new();
    let mut failed = Vec::new();
    for name in PROGRAMS.into_iter().filter(|name| args.only.as_deref().is_none_or(|only| only == *name)) {
        eprintln!("bench: {name}");
        let mut command = program(name);
        command.args(["--", "--output", "json"]).stderr(Stdio::inherit());
        let output = command.output().with_context(|| format!("cannot start {name}"))?;
        let printed = String::from_utf8_lossy(&output.stdout);
        // One that misses a target has printed its rows, too.
        if printed.is_empty() {
            failed.push(name);
        }
        rows.push_str(&printed);
    }
    let mut table = program("table");
    table.args(["--", "--output", &args.output]).stdin(Stdio::piped());
    let mut table = table.spawn().context("cannot start the program that prints the table")?;
    table.stdin.take().context("it has a standard input")?.write_all(rows.as_bytes())?;
    let met = table.wait()?.success();
    ensure!(failed.is_empty(), "these could not measure: {}", failed.join(", "));
    ensure!(met, "not all targets are met");
    Ok(())
}

fn program(name: &str) -> std::process::Command {
    let mut command = cargo::locked("run");
    command.args(["--quiet", "--release", "--package", "le-bench", "--bin", name]);
    command
}
