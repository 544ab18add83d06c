//! `kubectl le`: who leads which bucket, whose a key is, what a configuration means, which rights it takes.
//!
//! Each command has a file, or a folder, of its name. `cli` holds the words on the command line.

mod cli;
mod config;
mod config_map;
mod gc;
mod generate;
mod names;
mod owner;
mod rbac;
mod status;

use std::process::ExitCode;

use clap::Parser as _;

use crate::cli::{Cli, Command};

/// How a command ended, for whoever looks at the exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Code {
    Done = 0,
    Failed = 1,
    Warned = 2,
    NobodyLeads = 3,
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return failed(&error.into()),
    };
    match runtime.block_on(run(cli)) {
        Ok(code) => ExitCode::from(code as u8),
        Err(error) => failed(&error),
    }
}

async fn run(cli: Cli) -> anyhow::Result<Code> {
    let (at, format) = (&cli.connection, cli.output);
    match cli.command {
        Command::Status(args) => status::run(at, &args, format).await,
        Command::Owner(args) => owner::run(at, &args, format).await,
        Command::Config(config::Command::Check(args)) => config::check(at, &args, format).await,
        Command::Config(config::Command::Convert(args)) => config::convert(at, &args, format),
        Command::Rbac(args) => rbac::run(at, &args, format),
        Command::Gc(args) => gc::run(at, &args, format).await,
        Command::Completions { shell } => generate::completions(shell),
        Command::Man => generate::man(),
    }
}

fn failed(error: &anyhow::Error) -> ExitCode {
    le_cli::print_error(&format!("error: {error:#}"));
    ExitCode::from(Code::Failed as u8)
}
