//! Fuzzing: every target for a while, and a table of what came of it.

mod log;
mod tools;

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};
use serde::Serialize;

use crate::cargo;
use log::Log;

/// What `cargo xtask fuzz` is told.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// How long to fuzz each target
    #[arg(long, value_name = "N", default_value_t = 60)]
    seconds: u64,
    /// How to print what came of it: a table, or one JSON object a line
    #[arg(long, default_value = "table", value_parser = ["table", "json"])]
    output: String,
    /// Fuzzes this target only; all of them are the files in fuzz/targets
    target: Option<String>,
}

/// What came of one target.
#[derive(Debug, Serialize)]
struct Row {
    target: String,
    executions: u64,
    executions_per_second: u64,
    /// The number of inputs that are worth keeping.
    corpus: u64,
    crashes: u64,
}

/// How often to tell how it goes.
const TELL: Duration = Duration::from_secs(10);

/// Fuzzes the targets, one after the other, and fails when one of them crashed.
pub(crate) fn run(args: &Args) -> anyhow::Result<()> {
    let fuzz = Fuzz { folder: cargo::root().join("fuzz"), target: cargo::target_dir()?.join("fuzz") };
    let targets = fuzz.targets()?;
    let chosen: Vec<_> =
        targets.iter().filter(|name| args.target.as_ref().is_none_or(|only| only == *name)).collect();
    ensure!(!chosen.is_empty(), "there is no such target: choose one of {}", targets.join(", "));
    tools::check()?;
    cargo::run(fuzz.command("build"))?;

    let (mut rows, mut how) = (Vec::new(), Vec::new());
    for target in chosen {
        let (row, artifact) = fuzz.run(target, args.seconds)?;
        if args.output == "json" {
            println!("{}", serde_json::to_string(&row)?);
        }
        rows.push(row);
        how.extend(artifact.map(|artifact| {
            format!("{target}: to see it again, cd fuzz && cargo +nightly fuzz run {target} {artifact}")
        }));
    }
    if args.output == "table" {
        print(&rows);
    }
    if !how.is_empty() {
        bail!("{} of {} targets crashed\n{}", how.len(), rows.len(), how.join("\n"));
    }
    Ok(())
}

/// Where the fuzzer finds its targets and keeps what it builds.
struct Fuzz {
    folder: PathBuf,
    target: PathBuf,
}

impl Fuzz {
    fn targets(&self) -> anyhow::Result<Vec<String>> {
        let folder = self.folder.join("targets");
        let mut names = Vec::new();
        for entry in fs::read_dir(&folder).with_context(|| format!("cannot list {folder:?}"))? {
            let path = entry?.path();
            names.extend(path.file_stem().map(|name| name.to_string_lossy().into_owned()));
        }
        names.sort();
        Ok(names)
    }

    fn command(&self, subcommand: &str) -> Command {
        let mut command = tools::nightly("cargo");
        command.args(["fuzz", subcommand, "--fuzz-dir"]).arg(&self.folder);
        command.arg("--target-dir").arg(&self.target);
        command
    }

    /// Fuzzes one target. Returns what came of it, and where the input lies that crashed it.
    fn run(&self, target: &str, seconds: u64) -> anyhow::Result<(Row, Option<String>)> {
        // What is found goes into a folder of its own, so that the corpus of the repository stays small.
        let (found, seeds) =
            (self.target.join("corpus").join(target), self.folder.join("corpus").join(target));
        for folder in [&found, &seeds] {
            fs::create_dir_all(folder).with_context(|| format!("cannot make {folder:?}"))?;
        }
        let mut command = self.command("run");
        command.arg(target).args([&found, &seeds]).arg("--");
        command.arg(format!("-max_total_time={seconds}"));
        // An input that takes ten seconds is a hang.
        command.args(["-timeout=10", "-max_len=1024", "-print_final_stats=1"]);
        let mut child =
            command.stderr(Stdio::piped()).spawn().with_context(|| format!("cannot start {command:?}"))?;

        let mut log = Log::default();
        let (begin, mut told) = (Instant::now(), Duration::ZERO);
        let lines = BufReader::new(child.stderr.take().expect("it is piped"));
        for line in lines.split(b'\n') {
            log.take(&String::from_utf8_lossy(&line?));
            if begin.elapsed() >= told + TELL {
                told = begin.elapsed();
                eprintln!("{target}: {} of {seconds} s, {log}", told.as_secs());
            }
        }
        let status = child.wait()?;
        if !status.success() {
            eprintln!("{}", log.tail());
            ensure!(log.artifact().is_some(), "cargo fuzz run {target} failed ({status})");
        }
        eprintln!("{target}: done, {log}");
        let row = Row {
            target: target.to_owned(),
            executions: log.executions,
            executions_per_second: log.executions / begin.elapsed().as_secs().max(1),
            corpus: count(&found)?,
            crashes: log.artifact().is_some().into(),
        };
        Ok((row, log.artifact().map(str::to_owned)))
    }
}

fn count(folder: &Path) -> anyhow::Result<u64> {
    Ok(fs::read_dir(folder)?.count() as u64)
}

fn print(rows: &[Row]) {
    println!("{:<12} {:>12} {:>13} {:>8} {:>8}", "target", "executions", "executions/s", "corpus", "crashes");
    for row in rows {
        println!(
            "{:<12} {:>12} {:>13} {:>8} {:>8}",
            row.target, row.executions, row.executions_per_second, row.corpus, row.crashes
        );
    }
}
