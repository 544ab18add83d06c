//! The run against the real control plane: builds what it needs of ours, and becomes the program.

use std::ffi::OsString;
use std::process::Command;

use anyhow::Context;
use serde::Deserialize;

use crate::cargo;

/// What the program finds beside itself.
const EXAMPLES: [&str; 4] = ["elect", "one_leader", "operator", "ha_controller"];

/// Becomes the program.
pub(crate) fn run(args: Vec<OsString>) -> anyhow::Result<()> {
    let mut command = Command::new(build()?);
    command.args(args);
    cargo::become_it(command)
}

/// Builds the program and the examples that it starts, with the features of the tests, so that nothing is built twice.
fn build() -> anyhow::Result<String> {
    #[derive(Deserialize)]
    struct Message {
        target: Option<Target>,
        executable: Option<String>,
    }
    #[derive(Deserialize)]
    struct Target {
        name: String,
    }

    let mut command = cargo::locked("build");
    command.args(["--workspace", "--all-features", "--message-format", "json-render-diagnostics"]);
    command.args(["--bin", "e2e", "--bin", "vectors", "--bin", "worker"]);
    for example in EXAMPLES {
        command.args(["--example", example]);
    }
    let messages = cargo::output(command)?;
    let mut programs = messages.lines().filter_map(|line| serde_json::from_str::<Message>(line).ok());
    programs
        .find_map(|message| message.executable.filter(|_| message.target.is_some_and(|t| t.name == "e2e")))
        .context("cargo built no `e2e`")
}
