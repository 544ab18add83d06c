//! The programs of the workspace that a job is. They are built when they are asked for, so that the others start at once.

use std::ffi::OsString;
use std::path::PathBuf;

use crate::cargo;

/// Becomes the demo.
pub(crate) fn demo(args: Vec<OsString>) -> anyhow::Result<()> {
    program("le-demo", "le-demo", args)
}

/// The programs that measure.
const BENCHES: [&str; 4] = ["hash", "machine", "runtime", "pulled"];

/// What `cargo xtask bench` is told.
#[derive(Debug, clap::Args)]
pub(crate) struct BenchArgs {
    /// Runs this program only
    #[arg(long, value_name = "NAME", value_parser = BENCHES)]
    only: Option<String>,
    /// How to print the figures: a table, or one JSON object a line
    #[arg(long, default_value = "table", value_parser = ["table", "json"])]
    output: String,
}

/// Measures, and fails when a target is missed.
pub(crate) fn bench(args: &BenchArgs) -> anyhow::Result<()> {
    let mut missed = Vec::new();
    for name in BENCHES.into_iter().filter(|name| args.only.as_deref().is_none_or(|only| only == *name)) {
        let mut command = cargo::locked("run");
        command.args(["--release", "--package", "le-bench", "--bin", name, "--", "--output", &args.output]);
        if cargo::run(command).is_err() {
            missed.push(name);
        }
    }
    anyhow::ensure!(
        missed.is_empty(),
        "not all targets are met, or not all could be measured: {}",
        missed.join(", ")
    );
    Ok(())
}

/// Becomes the check of golden vectors.
pub(crate) fn vectors(dir: PathBuf) -> anyhow::Result<()> {
    program("le-e2e", "vectors", [dir.into()])
}

fn program(package: &str, bin: &str, args: impl IntoIterator<Item = OsString>) -> anyhow::Result<()> {
    let mut command = cargo::locked("run");
    command.args(["--package", package, "--bin", bin, "--"]).args(args);
    cargo::become_it(command)
}
