//! Every test that needs no more than a Rust toolchain.

use std::process::Command;

use crate::cargo;

/// Becomes the run of the tests.
pub(crate) fn run() -> anyhow::Result<()> {
    cargo::become_it(command())
}

/// Returns the one build and run that holds them all: unit and integration tests, doctests, and this program's own checks.
pub(crate) fn command() -> Command {
    let mut command = cargo::locked("test");
    // All that is broken is worth knowing, not the first of it.
    command.args(["--workspace", "--all-features", "--no-fail-fast"]);
    command
}
