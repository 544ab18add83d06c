//! How results are printed.

use std::io::{IsTerminal, stderr};
use std::time::Duration;

use le_sim::{Limits, Progress, Summary};
use serde::Serialize;

/// What came of running schedules.
#[derive(Debug, Serialize)]
pub(crate) struct Report {
    seed: u64,
    schedules: u64,
    seconds: f64,
    schedules_per_second: f64,
    threads: usize,
    violations: u64,
    broken: Option<String>,
    broken_seed: Option<u64>,
    pub(crate) saved: Option<String>,
    never_happened: Vec<&'static str>,
    happened: Vec<(&'static str, u64)>,
    #[serde(skip)]
    complete: bool,
}

impl Report {
    /// Makes the report; `complete` says that everything that can happen should have.
    pub(crate) fn new(limits: Limits, summary: &Summary, complete: bool) -> Self {
        let seconds = summary.time.as_secs_f64();
        Self {
            seed: limits.seed,
            schedules: summary.schedules,
            seconds,
            schedules_per_second: summary.schedules as f64 / seconds.max(0.001),
            threads: limits.threads,
            violations: u64::from(summary.found.is_some()),
            broken: summary.found.as_ref().map(|found| found.broken.clone()),
            broken_seed: summary.found.as_ref().map(|found| found.seed),
            saved: None,
            never_happened: summary.seen.missing(),
            happened: summary.seen.iter().collect(),
            complete,
        }
    }

    pub(crate) fn holds(&self) -> bool {
        self.broken.is_none() && (!self.complete || self.never_happened.is_empty())
    }

    #[expect(clippy::print_stdout, reason = "it is what the program is for")]
    pub(crate) fn print(&self, output: &str) -> anyhow::Result<()> {
        if output == "json" {
            println!("{}", serde_json::to_string(self)?);
            return Ok(());
        }
        for row in self.happened.chunks(2) {
            let cells = row.iter().map(|(name, times)| format!("{name:<44} {times:>12}"));
            println!("{}", cells.collect::<Vec<_>>().join("    ").trim_end());
        }
        println!();
        if !self.never_happened.is_empty() {
            let word = if self.complete { "NEVER HAPPENED" } else { "did not happen in so few schedules" };
            println!("{word}: {}", self.never_happened.join(", "));
        }
        if let (Some(broken), Some(seed)) = (&self.broken, self.broken_seed) {
            println!("BROKEN: {broken}");
            println!("replay: cargo xtask sim --seed {seed} --log");
            if let Some(saved) = &self.saved {
                println!("made shorter: {saved}; replay: cargo xtask sim --replay {saved}");
            }
        }
        println!(
            "seed {}: {} schedules in {:.1} s, {:.0} a second on {} threads, {} violations",
            self.seed, self.schedules, self.seconds, self.schedules_per_second, self.threads, self.violations
        );
        Ok(())
    }
}

/// How soon a mutant was found.
#[derive(Debug, Serialize)]
pub(crate) struct Hunt {
    mutant: String,
    /// After so many schedules; `None` when it was not.
    pub(crate) after: Option<u64>,
    schedules: u64,
    seconds: f64,
    by: Option<String>,
}

impl Hunt {
    pub(crate) fn new(name: &str, summary: &Summary) -> Self {
        Self {
            mutant: name.to_owned(),
            after: summary.found.as_ref().map(|found| found.after + 1),
            schedules: summary.schedules,
            seconds: summary.time.as_secs_f64(),
            by: summary.found.as_ref().map(|found| found.broken.clone()),
        }
    }

    pub(crate) fn in_words(&self) -> String {
        match self.after {
            Some(after) => format!("found by schedule {after}"),
            None => format!("NOT FOUND within {} schedules", self.schedules),
        }
    }
}

#[expect(clippy::print_stdout, reason = "it is what the program is for")]
pub(crate) fn print_hunts(seed: u64, hunts: &[Hunt], output: &str) -> anyhow::Result<()> {
    if output == "json" {
        for hunt in hunts {
            println!("{}", serde_json::to_string(hunt)?);
        }
        return Ok(());
    }
    println!("{:<26} {:>9}  by", "mutant", "schedule");
    for hunt in hunts {
        let after = hunt.after.map_or("not found".to_owned(), |after| after.to_string());
        let by: String = hunt.by.iter().flat_map(|by| by.chars()).take(100).collect();
        println!("{:<26} {after:>9}  {by}", hunt.mutant);
    }
    let caught = hunts.iter().filter(|hunt| hunt.after.is_some()).count();
    println!("seed {seed}: {caught} of {} found", hunts.len());
    Ok(())
}

/// Tells how far it is: every second to a person, every ten seconds to a log.
#[expect(clippy::print_stderr, reason = "it is no part of the result")]
pub(crate) fn progress(progress: Progress, of: u64) {
    let seconds = progress.time.as_secs();
    if !stderr().is_terminal() && !seconds.is_multiple_of(10) {
        return;
    }
    let rate = progress.schedules as f64 / progress.time.max(Duration::from_millis(1)).as_secs_f64();
    let of = if of == u64::MAX { String::new() } else { format!(" of {of}") };
    eprintln!("{} s: {}{of} schedules, {rate:.0} a second", seconds, progress.schedules);
}
