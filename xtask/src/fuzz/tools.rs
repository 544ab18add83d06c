//! What fuzzing needs: a nightly toolchain, and cargo-fuzz.

use std::process::{Command, Stdio};

use anyhow::bail;

/// Returns a program of the nightly toolchain, as a command without arguments.
pub(super) fn nightly(program: &str) -> Command {
    let mut command = Command::new("rustup");
    command.args(["run", "nightly", program]);
    // It is for the Cargo that runs this program.
    command.env_remove("CARGO").env_remove("CARGO_TARGET_DIR");
    command
}

/// Fails with what to install where something is missing.
pub(super) fn check() -> anyhow::Result<()> {
    if !answers(nightly("rustc").arg("--version")) {
        bail!("a nightly toolchain is missing: rustup toolchain install nightly");
    }
    if !answers(nightly("cargo").args(["fuzz", "--version"])) {
        bail!("cargo-fuzz is missing: cargo install --locked cargo-fuzz");
    }
    Ok(())
}

fn answers(command: &mut Command) -> bool {
    command.stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|status| status.success())
}
