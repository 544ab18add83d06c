//! The soak: built with optimisations, beside the example that it starts with `--real`.

use std::ffi::OsString;
use std::process::Command;

use crate::cargo;

/// Becomes the program.
pub(crate) fn run(args: Vec<OsString>) -> anyhow::Result<()> {
    let mut build = cargo::locked("build");
    build.args(["--release", "--package", "le-soak", "--bin", "soak"]);
    build.args(["--package", "le-lease", "--example", "elect"]);
    let mut command = Command::new(cargo::executable(build, "soak")?);
    command.args(args);
    cargo::become_it(command)
}
