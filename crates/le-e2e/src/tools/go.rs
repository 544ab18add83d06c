//! Go, which builds what others wrote.

use std::path::Path;
use std::process::Stdio;

use anyhow::{Context as _, bail, ensure};
use tokio::process::Command;

/// The Go that the modules are written for.
const NEEDED: (u32, u32) = (1, 26);

/// Makes sure that Go is there and new enough.
pub(super) async fn check(what_for: &str) -> anyhow::Result<()> {
    let install = format!(
        "install Go {}.{} or newer (the package `golang` of most systems, or go.dev/doc/install), and put `go` into the PATH",
        NEEDED.0, NEEDED.1
    );
    let asked = Command::new("go").args(["env", "GOVERSION"]).stdin(Stdio::null()).output().await;
    let Ok(output) = asked else { bail!("{what_for} is built by Go, and there is no `go` here: {install}") };
    let version = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    let parts: Vec<u32> =
        version.trim_start_matches("go").split('.').map_while(|part| part.parse().ok()).collect();
    let [major, minor, ..] = parts[..] else { bail!("`go env GOVERSION` says {version:?}: {install}") };
    ensure!((major, minor) >= NEEDED, "{what_for} needs a newer Go than {version}: {install}");
    Ok(())
}

/// Runs `go build` in a module; what it says is shown.
pub(super) async fn build(module: &Path, args: &[&str]) -> anyhow::Result<()> {
    let mut command = Command::new("go");
    // The versions are those of go.sum, whatever stands above this folder.
    command.arg("build").args(["-mod=readonly", "-buildvcs=false"]).args(args);
    command.current_dir(module).env("GOWORK", "off").env("GOFLAGS", "").kill_on_drop(true);
    let status = command.status().await.context("cannot start go")?;
    ensure!(status.success(), "go build failed in {} ({status})", module.display());
    Ok(())
}
