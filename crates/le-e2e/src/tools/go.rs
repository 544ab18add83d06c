//! Go, which builds what others wrote.

use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail, ensure};
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::Command;

use crate::progress::Progress;

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

/// How often a build says how far it is.
const PACE: Duration = Duration::from_secs(15);

/// Runs `go build` in a module, says now and then how many packages it has compiled, and shows what else it says.
pub(super) async fn build(module: &Path, args: &[&str], progress: &Progress) -> anyhow::Result<()> {
    let mut command = Command::new("go");
    // The versions are those of go.sum, whatever stands above this folder.
    command.arg("build").args(["-v", "-mod=readonly", "-buildvcs=false"]).args(args);
    command.current_dir(module).env("GOWORK", "off").env("GOFLAGS", "").kill_on_drop(true);
    let mut child = command.stderr(Stdio::piped()).spawn().context("cannot start go")?;
    let mut lines = BufReader::new(child.stderr.take().context("go has no standard error")?).lines();
    let (mut packages, mut told) = (0, Instant::now());
    while let Some(line) = lines.next_line().await? {
        // A line of one word is a package that is being compiled.
        if line.contains(' ') {
            progress.say(&line);
        } else {
            packages += 1;
        }
        if told.elapsed() >= PACE {
            told = Instant::now();
            progress.say(&format!("{packages} packages compiled"));
        }
    }
    let status = child.wait().await?;
    ensure!(status.success(), "go build failed in {} ({status})", module.display());
    Ok(())
}
