//! What the program is told.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Parser, ValueEnum};
use le_soak::{Breach, Plan, RealPlan};

/// Runs the full stack for hours, and judges what it did.
///
/// Without --real: replicas of an operator over the embedded API server in this process, in virtual time, under seeded faults. The
/// same seed gives the same journal. With --real: processes over HTTP in real time, and a killer among them.
///
/// Exits with 1 when a rule was broken, when what is used at the end is not what was used at the start within 5 %, or, in a run of
/// an hour or more, when some kind of fault never struck.
#[derive(Debug, Parser)]
#[command(name = "soak")]
pub(crate) struct Cli {
    /// How many replicas there are; 10 with --real
    #[arg(long, default_value_if("real", "true", "10"), default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=1000))]
    replicas: u32,
    /// How many buckets they compete for; 10 with --real
    #[arg(long, default_value_if("real", "true", "10"), default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=1000))]
    buckets: u32,
    /// How many objects each bucket has on average
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=1000), conflicts_with = "real")]
    objects: u32,
    /// How many hours of virtual time it takes
    #[arg(long, default_value_t = 1.0, conflicts_with_all = ["minutes", "real"])]
    hours: f64,
    /// How many minutes it takes; 20 with --real
    #[arg(long)]
    minutes: Option<f64>,
    /// What all chance comes from; a new one each time
    #[arg(long)]
    seed: Option<u64>,
    /// Where to write what happened, line by line
    #[arg(long, value_name = "FILE", conflicts_with = "real")]
    pub(crate) journal: Option<PathBuf>,
    /// Breaks a rule on purpose, to see that it is found
    #[arg(long = "break", value_name = "RULE", default_value = "none", conflicts_with = "real")]
    breach: Breach,
    /// Runs processes in real time
    #[arg(long)]
    pub(crate) real: bool,
    /// How many of the processes are never killed
    #[arg(long, default_value_t = 3, requires = "real")]
    spared: u32,
    /// The program that the processes run; by default the example `elect` beside this program
    #[arg(long, value_name = "FILE", requires = "real")]
    elect: Option<PathBuf>,
    /// How to print what came out
    #[arg(long, default_value = "table")]
    pub(crate) output: Output,
}

/// How to print what came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Output {
    /// Tables for people.
    Table,
    /// One JSON object.
    Json,
}

impl Cli {
    pub(crate) fn seed(&self) -> u64 {
        self.seed.unwrap_or_else(|| fastrand::u64(..1_000_000_000))
    }

    pub(crate) fn plan(&self, seed: u64) -> anyhow::Result<Plan> {
        let minutes = self.minutes.unwrap_or(self.hours * 60.0);
        let (replicas, buckets, objects) = (self.replicas, self.buckets, self.objects);
        Ok(Plan {
            replicas,
            buckets,
            objects,
            length: length(minutes)?,
            breach: self.breach,
            ..Plan::new(seed)
        })
    }

    pub(crate) fn real_plan(&self, seed: u64) -> anyhow::Result<RealPlan> {
        let beside = || {
            let program = std::env::current_exe()?;
            anyhow::Ok(program.with_file_name("examples").join("elect"))
        };
        let elect = self.elect.clone().map_or_else(beside, Ok)?;
        anyhow::ensure!(
            elect.exists(),
            "{} is not there: `cargo xtask soak --real` builds it",
            elect.display()
        );
        Ok(RealPlan {
            processes: self.replicas as usize,
            spared: self.spared as usize,
            leases: self.buckets,
            length: length(self.minutes.unwrap_or(20.0))?,
            seed,
            elect,
        })
    }
}

/// The shortest run: a storm and a calm.
const SHORTEST: f64 = 3.0;

fn length(minutes: f64) -> anyhow::Result<Duration> {
    anyhow::ensure!(
        minutes >= SHORTEST,
        "{minutes} minutes are too short for a storm and a calm: 3 at least"
    );
    // Whole seconds, as the ticks are.
    Ok(Duration::from_secs(Duration::try_from_secs_f64(minutes * 60.0)?.as_secs()))
}
