//! What Cargo builds.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, ensure};
use tokio::process::Command;

use crate::progress::Progress;

/// Returns Cargo's target folder: this program is in a folder of it, one for each profile.
pub(super) fn target() -> anyhow::Result<PathBuf> {
    let program = std::env::current_exe()?;
    let target = program.ancestors().find(|folder| folder.join("CACHEDIR.TAG").exists());
    target.map(Path::to_owned).with_context(|| format!("{} is in no target folder", program.display()))
}

/// Returns the binary of an example, which was built along with this program.
///
/// # Errors
///
/// When it is not there.
pub fn example(name: &str) -> anyhow::Result<PathBuf> {
    let path = target()?.join("debug/examples").join(name);
    ensure!(path.exists(), "{} is not there: `cargo xtask e2e` builds it", path.display());
    Ok(path)
}

/// Returns another program of this crate.
///
/// # Errors
///
/// When it is not there.
pub fn program(name: &str) -> anyhow::Result<PathBuf> {
    let path = target()?.join("debug").join(name);
    ensure!(path.exists(), "{} is not there: `cargo xtask e2e` builds it", path.display());
    Ok(path)
}

/// Builds an example as a user would for production, for what is measured, and returns its binary.
///
/// # Errors
///
/// When Cargo fails.
pub async fn optimised_example(name: &str, progress: &Progress) -> anyhow::Result<PathBuf> {
    let _step = progress.step(&format!("building `{name}` with optimisations"));
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command
        .args([
            "build",
            "--quiet",
            "--locked",
            "--release",
            "--workspace",
            "--all-features",
            "--example",
            name,
        ])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .kill_on_drop(true);
    // `cargo run` says in these what it runs. Build scripts that watch them would run anew each time that the same build is started
    // from here and by hand.
    for (key, _) in std::env::vars_os() {
        let is_of_run = ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_CRATE_", "CARGO_BIN_"];
        if is_of_run.iter().any(|prefix| key.to_string_lossy().starts_with(prefix)) {
            command.env_remove(key);
        }
    }
    let status = command.status().await.context("cannot start cargo")?;
    ensure!(status.success(), "cargo could not build the example `{name}` ({status})");
    Ok(target()?.join("release/examples").join(name))
}
