//! Searches through all that a few candidates can do, for people and for CI.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a program tells how it goes, and what came of it"
)]

#[cfg(le_mutants)]
mod mutants;
mod report;

use std::io::{IsTerminal, stderr};
use std::num::NonZeroUsize;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use clap::{Parser, ValueEnum};
use le_model::{Outcome, Scope, search};
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;

/// The code of a program that was interrupted.
const INTERRUPTED: u8 = 130;

/// Searches through all that a few candidates can do
///
/// Exits with 0 if every property holds and all happened that can, with 1 if not, and with 130 when it was interrupted.
#[derive(Debug, Parser)]
#[command(name = "model")]
struct Args {
    /// With how many candidates; both by default
    #[arg(long, value_parser = clap::value_parser!(u8).range(2..=3))]
    candidates: Option<u8>,
    /// How much is searched: any one fault, or any two
    #[arg(long, value_enum, default_value_t)]
    size: Size,
    /// Takes candidates for different ones that differ in their names only, to see what that costs
    #[arg(long)]
    no_symmetry: bool,
    /// How many threads search; as many as there are processors by default
    #[arg(long)]
    threads: Option<NonZeroUsize>,
    /// How to print what came of it
    #[arg(long, value_enum, default_value_t)]
    output: Output,
    /// Breaks the machines on purpose, in this way or in each one after the other, and sees that it is found
    #[cfg(le_mutants)]
    #[arg(long, value_name = "NAME|all")]
    mutant: Option<mutants::Choice>,
}

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum Size {
    #[default]
    Small,
    Full,
}

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum Output {
    /// A table for people
    #[default]
    Table,
    /// One JSON object a line
    Json,
}

fn main() -> anyhow::Result<ExitCode> {
    let args = Args::parse();
    let stopped = Arc::new(AtomicBool::new(false));
    for signal in [SIGINT, SIGTERM] {
        // The second one does not wait.
        flag::register_conditional_shutdown(signal, INTERRUPTED.into(), Arc::clone(&stopped))?;
        flag::register(signal, Arc::clone(&stopped))?;
    }
    #[cfg(le_mutants)]
    if let Some(choice) = &args.mutant {
        let all_found = mutants::run(choice, args.output, &stopped)?;
        return Ok(code(all_found, &stopped));
    }
    let sound = run(&args, &stopped)?;
    Ok(code(sound, &stopped))
}

fn code(sound: bool, stopped: &AtomicBool) -> ExitCode {
    match (stopped.load(Ordering::Relaxed), sound) {
        (true, _) => ExitCode::from(INTERRUPTED),
        (false, true) => ExitCode::SUCCESS,
        (false, false) => ExitCode::FAILURE,
    }
}

/// Runs the searches, and tells whether all is well.
fn run(args: &Args, stopped: &Arc<AtomicBool>) -> anyhow::Result<bool> {
    let threads =
        args.threads.map_or_else(|| thread::available_parallelism().map_or(1, usize::from), usize::from);
    let candidates = args.candidates.map_or(vec![2, 3], |candidates| vec![usize::from(candidates)]);
    let mut sound = true;
    for candidates in candidates {
        let mut scope = match args.size {
            Size::Small => Scope::small(candidates),
            Size::Full => Scope::full(candidates),
        };
        scope.symmetry = !args.no_symmetry;
        let outcome = watched(scope, threads, stopped);
        report::print(&scope, &outcome, args.output)?;
        sound &= outcome.is_sound();
        if stopped.load(Ordering::Relaxed) {
            break;
        }
    }
    Ok(sound)
}

/// Searches, and shows how far it is.
fn watched(scope: Scope, threads: usize, stopped: &Arc<AtomicBool>) -> Outcome {
    let on_terminal = stderr().is_terminal();
    let every = Duration::from_secs(if on_terminal { 1 } else { 10 });
    let mut shown = Instant::now();
    let outcome = search(scope, threads, stopped, |progress| {
        if shown.elapsed() >= every {
            shown = Instant::now();
            let line = report::progress(&scope, &progress);
            if on_terminal { eprint!("\r{line}") } else { eprintln!("{line}") }
        }
    });
    if on_terminal {
        eprint!("\r{:80}\r", "");
    }
    outcome
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_sound() {
        super::Args::command().debug_assert();
    }
}
