//! What the tree of dependencies may hold, checked by cargo-deny.

use std::process::Stdio;

use crate::cargo::{self, cargo};

/// Checks bans, licences and sources. Installs cargo-deny where it is missing.
pub(crate) fn run() -> anyhow::Result<()> {
    if !is_installed() {
        println!("cargo-deny is missing: installing it, which takes some minutes");
        let mut install = cargo();
        install.args(["install", "--locked", "cargo-deny"]);
        cargo::run(install)?;
    }
    let mut command = cargo();
    command
        .arg("deny")
        .arg("--manifest-path")
        .arg(cargo::root().join("Cargo.toml"))
        .args(["--locked", "check", "bans", "licenses", "sources"]);
    cargo::run(command)
}

fn is_installed() -> bool {
    let mut command = cargo();
    command.args(["deny", "--version"]).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}
