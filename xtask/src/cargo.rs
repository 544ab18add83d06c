//! Cargo, run from a program that Cargo runs.

use std::env;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};

use anyhow::{Context, bail};
use serde::Deserialize;
use serde::de::DeserializeOwned;

/// Returns the folder of the repository.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask is a folder of the repository")
}

/// Returns the folder that Cargo builds into.
pub(crate) fn target_dir() -> anyhow::Result<PathBuf> {
    #[derive(Deserialize)]
    struct Metadata {
        target_directory: PathBuf,
    }

    let mut command = locked("metadata");
    command.args(["--no-deps", "--format-version", "1"]);
    Ok(json::<Metadata>(command)?.target_directory)
}

/// Returns the Cargo that runs this program, as a command without arguments, which works from any folder.
pub(crate) fn cargo() -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    // Build scripts that watch these would run anew each time that the same build is started from here and by hand.
    for (key, _) in env::vars_os().filter(|(key, _)| says_who_runs(key)) {
        command.env_remove(key);
    }
    command
}

/// Returns Cargo with a subcommand that builds what this workspace holds, from the locked dependencies.
pub(crate) fn locked(subcommand: &str) -> Command {
    let mut command = cargo();
    command.arg(subcommand).arg("--locked").arg("--manifest-path").arg(root().join("Cargo.toml"));
    command
}

/// Lets a build have the known bugs that tests look for, in a folder of its own, so that neither build undoes the other. No feature
/// turns them on, so that no published build can have them.
pub(crate) fn with_mutants(command: &mut Command) {
    let flags = env::var("RUSTFLAGS").unwrap_or_default();
    command.env("RUSTFLAGS", format!("{flags} --cfg le_mutants"));
    command.arg("--target-dir").arg(root().join("target/broken"));
}

/// Installs a subcommand of Cargo, such as `cargo-deny`, where it is missing.
pub(crate) fn install(tool: &str) -> anyhow::Result<()> {
    let mut version = cargo();
    version.args([tool.trim_start_matches("cargo-"), "--version"]);
    version.stdout(Stdio::null()).stderr(Stdio::null());
    if version.status().is_ok_and(|status| status.success()) {
        return Ok(());
    }
    println!("{tool} is missing: installing it, which takes some minutes");
    let mut install = cargo();
    install.args(["install", "--locked", tool]);
    run(install)
}

/// Becomes the command, so that signals and the exit code are its own. Returns only where it cannot be started.
#[cfg(unix)]
pub(crate) fn become_it(mut command: Command) -> anyhow::Result<()> {
    use std::os::unix::process::CommandExt;
    Err(command.exec()).with_context(|| format!("cannot start {command:?}"))
}

/// Runs the command and ends with its exit code.
#[cfg(not(unix))]
pub(crate) fn become_it(mut command: Command) -> anyhow::Result<()> {
    let status = command.status().with_context(|| format!("cannot start {command:?}"))?;
    std::process::exit(status.code().unwrap_or(1))
}

/// Runs the command, whose output is shown, to its end.
pub(crate) fn run(mut command: Command) -> anyhow::Result<()> {
    let status = command.status().with_context(|| format!("cannot start {command:?}"))?;
    check(&command, status)
}

/// Runs the command and returns what it prints. What it says on its standard error is shown.
pub(crate) fn output(mut command: Command) -> anyhow::Result<String> {
    let output =
        command.stderr(Stdio::inherit()).output().with_context(|| format!("cannot start {command:?}"))?;
    check(&command, output.status)?;
    String::from_utf8(output.stdout).with_context(|| format!("{command:?} printed no UTF-8"))
}

/// Runs the command and reads the JSON that it prints.
pub(crate) fn json<T: DeserializeOwned>(command: Command) -> anyhow::Result<T> {
    let what = format!("{command:?}");
    serde_json::from_str(&output(command)?).with_context(|| format!("{what} printed something unknown"))
}

/// Runs a build, and returns where the program of this name is that it made.
pub(crate) fn executable(mut build: Command, program: &str) -> anyhow::Result<String> {
    #[derive(Deserialize)]
    struct Message {
        target: Option<Target>,
        executable: Option<String>,
    }
    #[derive(Deserialize)]
    struct Target {
        name: String,
    }

    build.args(["--message-format", "json-render-diagnostics"]);
    let messages = output(build)?;
    let mut programs = messages.lines().filter_map(|line| serde_json::from_str::<Message>(line).ok());
    programs
        .find_map(|message| message.executable.filter(|_| message.target.is_some_and(|t| t.name == program)))
        .with_context(|| format!("cargo built no `{program}`"))
}

fn check(command: &Command, status: ExitStatus) -> anyhow::Result<()> {
    if !status.success() {
        let words: Vec<_> = command.get_args().map(OsStr::to_string_lossy).collect();
        bail!("cargo {} failed ({status})", words.join(" "));
    }
    Ok(())
}

/// Tells whether `cargo run` sets this variable to describe the program that it runs.
fn says_who_runs(key: &OsStr) -> bool {
    let key = key.to_string_lossy();
    ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_CRATE_", "CARGO_BIN_"]
        .iter()
        .any(|prefix| key.starts_with(prefix))
}
