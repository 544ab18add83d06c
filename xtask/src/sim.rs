//! The simulator, in a release build; for known bugs in one that has them.

use std::ffi::OsString;

use crate::cargo;

/// Becomes the simulator.
pub(crate) fn run(args: Vec<OsString>) -> anyhow::Result<()> {
    let mutants = args.iter().any(|arg| arg.to_string_lossy().starts_with("--mutant"));
    cargo::become_it(command(mutants, args))
}

/// Runs as many schedules as every change must pass, from a seed that nobody has seen, and looks for every known bug: anew, and by
/// the schedules that are kept.
pub(crate) fn check() -> anyhow::Result<()> {
    cargo::run(command(false, Vec::new()))?;
    cargo::run(command(true, ["--mutant", "all"].map(OsString::from).to_vec()))?;
    let mut kept = cargo::locked("test");
    kept.args(["--quiet", "--release", "--package", "le-sim", "--test", "it"]);
    cargo::with_mutants(&mut kept);
    kept.args(["--", "traces"]);
    cargo::run(kept)
}

fn command(mutants: bool, args: Vec<OsString>) -> std::process::Command {
    let mut command = cargo::locked("run");
    command.args(["--quiet", "--release", "--package", "le-sim", "--bin", "sim"]);
    if mutants {
        cargo::with_mutants(&mut command);
    }
    command.arg("--").args(args).current_dir(cargo::root());
    command
}
