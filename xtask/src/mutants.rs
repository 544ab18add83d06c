//! Mutation testing: our crates with one small fault at a time, each of which some test must see.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, bail, ensure};
use serde::{Deserialize, Serialize};

use crate::cargo::{self, cargo};

/// What `cargo xtask mutants` is told.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// How to print the figures: a table, or one JSON object a line
    #[arg(long, default_value = "table", value_parser = ["table", "json"])]
    output: String,
    /// Mutates the sources where they are, which spares a build: for a clone that nobody works in
    #[arg(long)]
    in_place: bool,
    /// Mutates this crate only; of le-lease it is the machine
    #[arg(value_name = "CRATE", value_parser = PARTS.map(|part| part.package))]
    package: Option<String>,
}

/// What is mutated, and by which tests it is held.
struct Part {
    package: &'static str,
    /// Globs of the files that are mutated; none are all of the package.
    files: &'static [&'static str],
    features: &'static [&'static str],
    /// The packages whose tests are run. Those of a later one see only what the tests before have missed, for they take longer.
    tests: &'static [&'static str],
}

const ALL: &[&str] = &["--all-features"];
const NONE: &[&str] = &["--no-default-features"];

const PARTS: [Part; 5] = [
    Part { package: "le-hash", files: &[], features: ALL, tests: &["le-hash"] },
    Part { package: "le-config", files: &[], features: ALL, tests: &["le-config"] },
    Part { package: "le-core", files: &[], features: ALL, tests: &["le-core"] },
    Part { package: "le-statefulset", files: &[], features: ALL, tests: &["le-statefulset"] },
    Part {
        package: "le-lease",
        files: &["crates/le-lease/src/machine.rs", "crates/le-lease/src/machine/*.rs"],
        features: NONE,
        tests: &["le-lease", "le-sim"],
    },
];

/// Below this share of caught mutants, in per cent, a crate fails.
const LEAST: f64 = 95.0;

/// What came of the mutants of one crate, as cargo-mutants counts it.
#[derive(Debug, Deserialize)]
struct Outcomes {
    total_mutants: u32,
    caught: u32,
    missed: u32,
    unviable: u32,
    timeout: u32,
}

impl Outcomes {
    /// Counts as caught what later tests have seen of what was missed: only so many are left.
    fn but(self, left: usize) -> anyhow::Result<Self> {
        let left = u32::try_from(left)?;
        Ok(Self { caught: self.caught + self.missed.saturating_sub(left), missed: left, ..self })
    }
}

#[derive(Debug, Serialize)]
struct Row {
    #[serde(rename = "crate")]
    package: &'static str,
    mutants: u32,
    caught: u32,
    missed: u32,
    /// Those that do not compile.
    unviable: u32,
    /// Those that make the tests go on for ever, which does not go unnoticed either.
    timeouts: u32,
    per_cent: f64,
}

/// Mutates the crates, one after the other, and fails when too many mutants of one go unnoticed.
pub(crate) fn run(args: &Args) -> anyhow::Result<()> {
    cargo::install("cargo-mutants")?;
    let folder = cargo::target_dir()?.join("mutants");
    let (mut rows, mut missed) = (Vec::new(), Vec::new());
    for part in PARTS.iter().filter(|part| args.package.as_ref().is_none_or(|only| only == part.package)) {
        let output = folder.join(part.package);
        fs::create_dir_all(&output).with_context(|| format!("cannot make {output:?}"))?;
        let found = output.join("mutants.out");
        let (mut outcomes, mut unseen): (Option<Outcomes>, Option<BTreeSet<String>>) = (None, None);
        for tests in part.tests {
            part.mutate(tests, unseen.is_some(), &output, args.in_place)?;
            let these: BTreeSet<String> =
                read_text(&found.join("missed.txt"))?.lines().map(str::to_owned).collect();
            unseen = Some(match unseen {
                None => these,
                // Those that timed out are tried again too, but were seen.
                Some(before) => &before & &these,
            });
            outcomes = Some(match outcomes {
                None => read(&found.join("outcomes.json"))?,
                Some(first) => first,
            });
        }
        let unseen = unseen.unwrap_or_default();
        let outcomes = outcomes.with_context(|| format!("no tests are named for {}", part.package))?;
        let row = part.row(&outcomes.but(unseen.len())?);
        if args.output == "json" {
            println!("{}", serde_json::to_string(&row)?);
        }
        rows.push(row);
        missed.extend(unseen);
    }
    if args.output == "table" {
        print(&rows, &missed.join("\n"));
    }
    let below: Vec<_> = rows.iter().filter(|row| row.per_cent < LEAST).map(|row| row.package).collect();
    ensure!(below.is_empty(), "less than {LEAST} % caught in {}", below.join(", "));
    Ok(())
}

impl Part {
    fn command(&self, tests: &str, again: bool, output: &Path, in_place: bool) -> Command {
        let mut command = cargo();
        command.arg("mutants").arg("--dir").arg(cargo::root()).arg("--output").arg(output);
        command.args(["--package", self.package]).args(self.features);
        for files in self.files {
            command.args(["--file", files]);
        }
        command.args(["--test-package", tests]);
        if again {
            command.arg("--iterate");
        }
        if in_place {
            command.arg("--in-place");
        } else {
            // Each copy of the sources is built in a folder of its own, or one would be taken for the other.
            command.env_remove("CARGO_TARGET_DIR");
        }
        // A busy machine is no fault, and what hangs does so for good.
        command.args(["--timeout-multiplier", "5", "--minimum-test-timeout", "20"]);
        // The examples in the docs take longer to build than all else.
        command.args(["--", "--lib", "--tests"]);
        // What only the 200th case of a property sees is not seen often enough.
        command.env("PROPTEST_CASES", "32").env("CARGO_PROFILE_DEV_DEBUG", "false");
        command
    }

    fn mutate(&self, tests: &str, again: bool, output: &Path, in_place: bool) -> anyhow::Result<()> {
        let mut command = self.command(tests, again, output, in_place);
        let status = command.status().with_context(|| format!("cannot start {command:?}"))?;
        match status.code() {
            // All were caught, some were missed, some timed out.
            Some(0 | 2 | 3) => Ok(()),
            Some(4) => bail!("the tests of {} fail without any mutant: mend them first", self.package),
            _ => bail!("cargo mutants failed in {} ({status})", self.package),
        }
    }

    fn row(&self, outcomes: &Outcomes) -> Row {
        let Outcomes { total_mutants, caught, missed, unviable, timeout } = *outcomes;
        let viable = caught + missed + timeout;
        let share = if viable == 0 { 1.0 } else { f64::from(caught + timeout) / f64::from(viable) };
        Row {
            package: self.package,
            mutants: total_mutants,
            caught,
            missed,
            unviable,
            timeouts: timeout,
            per_cent: (share * 1000.0).floor() / 10.0,
        }
    }
}

fn read(path: &Path) -> anyhow::Result<Outcomes> {
    serde_json::from_str(&read_text(path)?).with_context(|| format!("{path:?} has something unknown in it"))
}

fn read_text(path: &Path) -> anyhow::Result<String> {
    fs::read_to_string(path).with_context(|| format!("cannot read {path:?}"))
}

fn print(rows: &[Row], missed: &str) {
    println!(
        "{:<15} {:>8} {:>7} {:>7} {:>9} {:>9} {:>9}",
        "crate", "mutants", "caught", "missed", "unviable", "timeouts", "per cent"
    );
    for row in rows {
        let Row { package, mutants, caught, missed, unviable, timeouts, per_cent } = row;
        println!(
            "{package:<15} {mutants:>8} {caught:>7} {missed:>7} {unviable:>9} {timeouts:>9} {per_cent:>9.1}"
        );
    }
    if !missed.is_empty() {
        println!("\nmissed:\n{missed}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_compile_does_not_count_and_what_hangs_is_caught() {
        let row =
            PARTS[0].row(&Outcomes { total_mutants: 30, caught: 18, missed: 1, unviable: 10, timeout: 1 });
        assert_eq!(row.per_cent, 95.0);
        let none =
            PARTS[0].row(&Outcomes { total_mutants: 0, caught: 0, missed: 0, unviable: 0, timeout: 0 });
        assert_eq!(none.per_cent, 100.0);
    }

    #[test]
    fn what_later_tests_see_counts_as_caught() {
        let first = Outcomes { total_mutants: 30, caught: 15, missed: 4, unviable: 10, timeout: 1 };
        let row = PARTS[4].row(&first.but(1).unwrap());
        assert_eq!((row.caught, row.missed, row.per_cent), (18, 1, 95.0));
    }

    #[test]
    fn a_share_is_never_rounded_up() {
        let row = PARTS[0].row(&Outcomes {
            total_mutants: 1000,
            caught: 9_499,
            missed: 501,
            unviable: 0,
            timeout: 0,
        });
        assert_eq!(row.per_cent, 94.9);
    }
}
