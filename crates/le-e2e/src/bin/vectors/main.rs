//! Checks golden vectors, which hold what the reference answers, against the crates.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a program tells how it goes")]

mod config;
mod durations;
mod hash;
mod lease_names;
mod outcome;
mod statefulset;
mod subset;
mod tally;

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, bail, ensure};
use clap::Parser;

use outcome::Check;
use tally::Tally;

/// Checks golden vectors, and prints `N passed, M failed` last
#[derive(Debug, Parser)]
struct Args {
    /// The folder that holds the files, such as `hash.jsonl`
    dir: PathBuf,
}

/// The names of the files, and what checks a line of each.
const FILES: [(&str, Check); 6] = [
    ("hash.jsonl", hash::check),
    ("subset.jsonl", subset::check),
    ("durations.jsonl", durations::check),
    ("config.jsonl", config::check),
    ("lease_names.jsonl", lease_names::check),
    ("statefulset.jsonl", statefulset::check),
];

fn main() -> ExitCode {
    match run(&Args::parse().dir) {
        Ok(tally) => {
            println!("{} passed, {} failed", tally.passed(), tally.failed());
            if tally.failed() == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
        }
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Checks every file that is there.
fn run(dir: &Path) -> anyhow::Result<Tally> {
    ensure!(dir.is_dir(), "{} is no folder", dir.display());
    let mut tally = Tally::default();
    let mut found = false;
    for (name, check) in FILES {
        let path = dir.join(name);
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => continue,
            Err(error) => return Err(error).with_context(|| format!("cannot read {}", path.display())),
        };
        found = true;
        tally.file(name, &text, check);
    }
    if !found {
        let names: Vec<_> = FILES.iter().map(|(name, _)| *name).collect();
        bail!("{} holds none of {}", dir.display(), names.join(", "));
    }
    ensure!(tally.passed() + tally.failed() > 0, "the files in {} hold no case", dir.display());
    Ok(tally)
}
