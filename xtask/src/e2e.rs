//! The run against the real control plane: builds what it needs of ours, and becomes the program.

use std::ffi::OsString;
use std::process::Command;

use crate::cargo;

/// What the program finds beside itself.
const EXAMPLES: [&str; 5] = ["elect", "one_leader", "operator", "ha_controller", "observed"];

const PROGRAMS: [&str; 5] = ["e2e", "vectors", "worker", "kubectl-le", "chaosduck"];

/// Becomes the program.
pub(crate) fn run(args: Vec<OsString>) -> anyhow::Result<()> {
    let mut command = Command::new(build()?);
    command.args(args);
    cargo::become_it(command)
}

/// Builds the program and the examples that it starts, with the features of the tests, so that nothing is built twice.
fn build() -> anyhow::Result<String> {
    let mut command = cargo::locked("build");
    command.args(["--workspace", "--all-features"]);
    for program in PROGRAMS {
        command.args(["--bin", program]);
    }
    for example in EXAMPLES {
        command.args(["--example", example]);
    }
    cargo::executable(command, "e2e")
}
