//! One word per job of the repository. `cargo xtask --help` lists them.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a program tells how it goes")]

mod bench;
mod cargo;
mod ci;
mod counts;
mod e2e;
mod fuzz;
mod model;
mod mutants;
mod pictures;
mod programs;
mod sim;
mod soak;
mod test;
mod tidy;

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// One word per job of the repository
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Cli {
    #[command(subcommand)]
    job: Job,
}

#[derive(Debug, Subcommand)]
enum Job {
    /// Shows the main job: an API server, replicas of an operator, and chaos among them
    #[command(disable_help_flag = true)]
    Demo {
        /// What the demo is told; `--help` lists it
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        args: Vec<OsString>,
    },
    /// Runs every test that needs no more than a Rust toolchain
    Test,
    /// Checks all that a change must pass: fmt, tidy, clippy, test, sim, docs, features, deny, counts
    Ci(ci::Args),
    /// Runs all that needs the real control plane and the Go peers; needs Go
    #[command(disable_help_flag = true)]
    E2e {
        /// What the run is told; `--help` lists it
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        args: Vec<OsString>,
    },
    /// Runs seeded schedules of faults around the election machine
    #[command(disable_help_flag = true)]
    Sim {
        /// What the simulator is told; `--help` lists it
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        args: Vec<OsString>,
    },
    /// Runs the full stack for an hour of virtual time under faults, or with --real for 20 minutes as processes
    #[command(disable_help_flag = true)]
    Soak {
        /// What the run is told; `--help` lists it
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        args: Vec<OsString>,
    },
    /// Prints figures beside peers and floors, as ratios of what is measured in the same run
    Bench(bench::Args),
    /// Counts instructions under valgrind, and compares them with those that the repository keeps
    Counts(counts::Args),
    /// Searches through all that a few candidates can do, with the election machine itself
    Model(model::Args),
    /// Checks golden vectors, and prints `N passed, M failed` last
    Vectors {
        /// The folder that holds the files, such as `hash.jsonl`
        dir: PathBuf,
    },
    /// Fuzzes each target in fuzz/; needs a nightly toolchain and cargo-fuzz
    Fuzz(fuzz::Args),
    /// Puts one small fault at a time into each crate, and counts those that no test sees; takes minutes to an hour per crate
    Mutants(mutants::Args),
    /// Draws the pictures in the docs anew, and writes anew what the docs show of commands
    Pictures(pictures::Args),
    /// Checks what the compiler does not: dependency arrows, file shapes, links, and that the docs and the code agree
    Tidy,
}

fn main() -> ExitCode {
    match run(Cli::parse().job) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(job: Job) -> anyhow::Result<()> {
    match job {
        Job::Demo { args } => programs::demo(args),
        Job::Test => test::run(),
        Job::Ci(args) => ci::run(&args),
        Job::E2e { args } => e2e::run(args),
        Job::Sim { args } => sim::run(args),
        Job::Soak { args } => soak::run(args),
        Job::Bench(args) => bench::run(&args),
        Job::Counts(args) => counts::run(&args),
        Job::Model(args) => model::run(&args),
        Job::Vectors { dir } => programs::vectors(dir),
        Job::Fuzz(args) => fuzz::run(&args),
        Job::Mutants(args) => mutants::run(&args),
        Job::Pictures(args) => pictures::run(&args),
        Job::Tidy => tidy::run(),
    }
}

#[cfg(test)]
mod tests {
    use clap::{CommandFactory, Parser};

    use super::{Cli, Job};

    #[test]
    fn the_command_line_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn the_demo_gets_its_arguments_as_they_are() {
        let cli = Cli::try_parse_from(["cargo xtask", "demo", "--duration", "60s", "--help"]).unwrap();
        let Job::Demo { args } = cli.job else { panic!("{cli:?}") };
        assert_eq!(args, ["--duration", "60s", "--help"]);
    }
}
