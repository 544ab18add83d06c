//! What the tree of dependencies may hold, checked by cargo-deny.

use crate::cargo::{self, cargo};

/// Checks bans, licences and sources. Installs cargo-deny where it is missing.
pub(crate) fn run() -> anyhow::Result<()> {
    cargo::install("cargo-deny")?;
    let mut command = cargo();
    command
        .arg("deny")
        .arg("--manifest-path")
        .arg(cargo::root().join("Cargo.toml"))
        .args(["--locked", "check", "bans", "licenses", "sources"]);
    cargo::run(command)
}
