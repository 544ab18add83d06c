//! What counts: valgrind, and the program that runs it for gungraun.

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use anyhow::Context as _;
use serde::Deserialize;

use super::file::Toolchain;
use crate::cargo::{self, cargo, locked};

/// The program that runs valgrind. It must have the version of the library.
const RUNNER: &str = "gungraun-runner";

/// Tells whether valgrind can be started.
pub(super) fn has_valgrind() -> bool {
    let mut command = Command::new("valgrind");
    command.arg("--version").stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

/// Returns what programs are built with here.
pub(super) fn toolchain() -> anyhow::Result<Toolchain> {
    let mut command = Command::new(env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()));
    command.arg("-vV");
    let text = cargo::output(command)?;
    let word = |key: &str| {
        let line = text.lines().find_map(|line| line.strip_prefix(key));
        line.map(str::to_owned).with_context(|| format!("rustc -vV says no `{key}`"))
    };
    Ok(Toolchain { target: word("host: ")?, rustc: word("release: ")? })
}

/// Returns the instructions of each benchmark, by its name.
pub(super) fn count() -> anyhow::Result<BTreeMap<String, u64>> {
    let mut path = vec![runner()?];
    path.extend(env::split_paths(&env::var_os("PATH").unwrap_or_default()));
    let mut command = locked("bench");
    command.args(["--package", "le-bench", "--bench", "counts", "--"]);
    command.args(["--output-format=json", "--home"]).arg(cargo::target_dir()?.join("gungraun"));
    command.env("PATH", env::join_paths(path)?);
    let lines = cargo::output(command)?;
    lines.lines().map(|line| read(line).with_context(|| format!("gungraun printed {line}"))).collect()
}

/// Reads the name and the instructions of one benchmark.
fn read(line: &str) -> anyhow::Result<(String, u64)> {
    #[derive(Deserialize)]
    struct Summary {
        function_name: String,
        id: Option<String>,
        profiles: Vec<serde_json::Value>,
    }

    let summary: Summary = serde_json::from_str(line)?;
    let name = summary.id.iter().fold(summary.function_name, |name, id| format!("{name}, {id}"));
    let count = |profile: &serde_json::Value| {
        profile.pointer("/data/total/metrics/Ir/values/new").and_then(serde_json::Value::as_u64)
    };
    let count = summary.profiles.iter().find_map(count).context("no count of instructions")?;
    Ok((name.replace('_', " "), count))
}

/// Returns the folder of the runner, which is installed where it is missing.
fn runner() -> anyhow::Result<PathBuf> {
    let lock = fs::read_to_string(cargo::root().join("Cargo.lock"))?;
    let version = version(&lock).with_context(|| format!("Cargo.lock has no {RUNNER}"))?;
    let root = cargo::target_dir()?.join("tools").join(format!("{RUNNER}-{version}"));
    let folder = root.join("bin");
    if !folder.join(RUNNER).exists() {
        println!("{RUNNER} {version} is missing: installing it, which takes some minutes");
        let mut install = cargo();
        install
            .args(["install", "--locked", RUNNER, "--version", &format!("={version}"), "--root"])
            .arg(root);
        cargo::run(install)?;
    }
    Ok(folder)
}

/// Finds the version of the runner among the locked dependencies.
fn version(lock: &str) -> Option<&str> {
    let (_, rest) = lock.split_once(&format!("name = \"{RUNNER}\"\nversion = \""))?;
    rest.split('"').next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_runner_has_the_version_of_the_library() {
        let lock = "[[package]]\nname = \"gungraun\"\nversion = \"2.0.0\"\n\n[[package]]\nname = \"gungraun-runner\"\nversion = \"2.0.1\"\n";
        assert_eq!(version(lock), Some("2.0.1"));
        assert_eq!(version("name = \"gungraun\"\nversion = \"2.0.0\"\n"), None);
    }

    #[test]
    fn a_count_is_read_from_what_gungraun_prints() {
        let line = |ir: &str| {
            format!(
                r#"{{"function_name":"owner","id":"names_10","profiles":[{{"data":{{"total":{{"metrics":{{{ir}}}}}}}}}]}}"#
            )
        };
        let (name, count) =
            read(&line(r#""Dr":{"values":{"new":7}},"Ir":{"values":{"new":42,"old":41}}"#)).unwrap();
        assert_eq!((&*name, count), ("owner, names 10", 42));
        assert!(read(&line(r#""Dr":{"values":{"new":7}}"#)).is_err());
    }
}
