//! The programs of the workspace that a job is. They are built when they are asked for, so that the others start at once.

use std::ffi::OsString;
use std::path::PathBuf;

use crate::cargo;

/// Becomes the demo.
pub(crate) fn demo(args: Vec<OsString>) -> anyhow::Result<()> {
    program("le-demo", "le-demo", args)
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
