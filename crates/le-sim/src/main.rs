//! Runs the simulator, or shows how soon it finds the known bugs.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a program tells how it goes")]

mod report;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use std::{fs, panic};

use anyhow::Context;
use clap::Parser;
use le_sim::{Limits, Schedule, Trace, explore, known_mutants, run, run_logged, shrink};
use signal_hook::consts::SIGINT;
use signal_hook::flag;

use report::{Hunt, Report};

/// Runs seeded schedules of faults around the election machine, and asserts its rules at every step
///
/// Exit code 0: no rule was broken, and everything that can happen did. 1: a rule was broken, or a mutant was not found, or
/// something never happened. 2: wrong arguments. 130: Ctrl-C.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask sim", bin_name = "cargo xtask sim")]
struct Cli {
    /// How many schedules to run
    #[arg(long, default_value_t = 20_000)]
    schedules: u64,
    /// The first seed; each schedule has the next. A new one each time by default
    #[arg(long)]
    seed: Option<u64>,
    /// Runs for so long, however many schedules that is
    #[arg(long)]
    minutes: Option<f64>,
    /// How many threads run schedules; all cores by default
    #[arg(long)]
    threads: Option<usize>,
    /// Breaks the machine in a known way, and tells after how many schedules that was found; `all` tries every one
    #[arg(long, value_name = "NAME")]
    mutant: Option<String>,
    /// Prints the names of the mutants
    #[arg(long)]
    mutants: bool,
    /// Prints all that happens in the schedule of `--seed`
    #[arg(long, requires = "seed")]
    log: bool,
    /// Prints all that happens in a schedule that was kept as text
    #[arg(long, value_name = "FILE")]
    replay: Option<PathBuf>,
    /// Where a schedule that breaks a rule is written, made shorter: the traces of the tests by default, and for mutants nowhere
    #[arg(long, value_name = "DIR")]
    save: Option<PathBuf>,
    /// How to print the result: a table, or one JSON object
    #[arg(long, default_value = "table", value_parser = ["table", "json"])]
    output: String,
}

/// Where schedules that broke a rule are kept, and stay tests.
const TRACES: &str = "crates/le-sim/tests/data";
/// Every mutant must be found within so many schedules.
const MOST_FOR_A_MUTANT: u64 = 100_000;
/// Below this not everything that can happen has to happen.
const ENOUGH: u64 = 20_000;

fn main() -> ExitCode {
    match start(&Cli::parse()) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn start(cli: &Cli) -> anyhow::Result<ExitCode> {
    let stop = Arc::new(AtomicBool::new(false));
    flag::register(SIGINT, Arc::clone(&stop)).context("cannot listen for Ctrl-C")?;
    let mutant = cli.mutant.as_deref();
    if let Some(name) = mutant.filter(|name| *name != "all") {
        anyhow::ensure!(
            known_mutants().any(|known| known == name),
            "there is no mutant `{name}`: `--mutants` lists them"
        );
    }
    if cli.mutants {
        le_sim::MUTANTS.iter().for_each(|(name, what)| println!("{name:<26} {what}"));
        return Ok(ExitCode::SUCCESS);
    }
    if let Some(file) = &cli.replay {
        let text = fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
        return Ok(show(&Trace::parse(&text)?.schedule, mutant));
    }
    let seed = cli.seed.unwrap_or_else(new_seed);
    if cli.log {
        return Ok(show(&Schedule::draw(seed), mutant));
    }
    let mut limits = Limits::new(seed, cli.schedules);
    if let Some(minutes) = cli.minutes {
        limits.schedules = u64::MAX;
        limits.time = Some(Duration::try_from_secs_f64(minutes * 60.0).context("--minutes")?);
    }
    limits.threads = cli.threads.unwrap_or(limits.threads).max(1);
    // A panic of a machine is a broken rule, which is reported with its seed; its own words go there too.
    panic::set_hook(Box::new(|info| eprintln!("{info}")));
    match mutant {
        None => sim(cli, limits, &stop),
        Some("all") => hunt(cli, &known_mutants().collect::<Vec<_>>(), limits, &stop),
        Some(name) => hunt(cli, &[name], limits, &stop),
    }
}

/// Runs schedules with the machine as it is.
fn sim(cli: &Cli, limits: Limits, stop: &AtomicBool) -> anyhow::Result<ExitCode> {
    eprintln!("seed {}, {} threads", limits.seed, limits.threads);
    let summary = explore(limits, None, stop, |progress| report::progress(progress, limits.schedules));
    let stopped = stop.load(Ordering::Relaxed);
    let enough = summary.schedules >= ENOUGH;
    let mut report = Report::new(limits, &summary, enough && !stopped);
    if let Some(found) = &summary.found {
        let schedule = Schedule::draw(found.seed);
        print_log(&schedule, None);
        eprintln!("seed {}: {}\nshrinking", found.seed, found.broken);
        let folder = cli.save.as_deref().unwrap_or(Path::new(TRACES));
        let file = save(folder, &schedule, None, &format!("found-{}", found.seed))?;
        report.saved = Some(file.display().to_string());
    }
    report.print(&cli.output)?;
    Ok(match (report.holds(), stopped) {
        (false, _) => ExitCode::FAILURE,
        (true, true) => ExitCode::from(130),
        (true, false) => ExitCode::SUCCESS,
    })
}

/// Looks for schedules that find mutants.
fn hunt(cli: &Cli, names: &[&str], limits: Limits, stop: &AtomicBool) -> anyhow::Result<ExitCode> {
    anyhow::ensure!(cfg!(le_mutants), "this build has no mutants: run `cargo xtask sim --mutant NAME`");
    eprintln!("seed {}, {} threads", limits.seed, limits.threads);
    panic::set_hook(Box::new(|_| {}));
    let mut hunts = Vec::new();
    for name in names {
        let within = Limits { schedules: MOST_FOR_A_MUTANT, ..limits };
        let summary =
            explore(within, Some(name), stop, |progress| report::progress(progress, MOST_FOR_A_MUTANT));
        if stop.load(Ordering::Relaxed) {
            return Ok(ExitCode::from(130));
        }
        let hunt = Hunt::new(name, &summary);
        eprintln!("{name}: {}", hunt.in_words());
        if let (Some(found), Some(folder)) = (&summary.found, &cli.save) {
            let file = save(folder, &Schedule::draw(found.seed), Some(name), &format!("mutant-{name}"));
            eprintln!("  its schedule, made shorter: {}", file?.display());
        }
        hunts.push(hunt);
    }
    report::print_hunts(limits.seed, &hunts, &cli.output)?;
    Ok(if hunts.iter().all(|hunt| hunt.after.is_some()) { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Writes a schedule that breaks a rule, made shorter.
fn save(dir: &Path, schedule: &Schedule, mutant: Option<&str>, name: &str) -> anyhow::Result<PathBuf> {
    let (schedule, outcome) = shrink(schedule, mutant);
    let shows = outcome.broken.context("a schedule that broke a rule does so again")?;
    let trace = Trace { shows, mutant: mutant.map(str::to_owned), schedule };
    let file = dir.join(format!("{name}.yaml"));
    fs::write(&file, trace.to_text()?).with_context(|| format!("cannot write {}", file.display()))?;
    Ok(file)
}

fn show(schedule: &Schedule, mutant: Option<&str>) -> ExitCode {
    print_log(schedule, mutant);
    match run(schedule, mutant).broken {
        None => ExitCode::SUCCESS,
        Some(broken) => {
            println!("{broken}");
            ExitCode::FAILURE
        }
    }
}

fn print_log(schedule: &Schedule, mutant: Option<&str>) {
    println!("{:?}", schedule.frame);
    run_logged(schedule, mutant).log.iter().for_each(|line| println!("{line}"));
}

fn new_seed() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    // Short enough to be typed, and far enough from that of a second ago.
    since.as_millis() as u64 % 1_000_000_000 * 1_000_000
}
