//! The main job, shown: an API server, replicas of one operator, chaos among them, and a live table.
//!
//! The main command starts the same executable once per replica, under the hidden subcommand `replica`. What the two say to
//! each other is in `report`; everything the verdict rests on is in `ledger`, which is pure.

mod cli;
mod fault;
mod object;
mod report;
mod stamp;

mod replica;

mod ledger;
mod orchestra;
mod view;

use std::io::Write;
use std::process::ExitCode;

use clap::Parser;

use crate::cli::{Cli, Command};
use crate::orchestra::Ending;

/// What a shell reports for a program that SIGINT ended.
const INTERRUPTED: u8 = 130;

fn main() -> ExitCode {
    let cli = Cli::parse();
    let runtime = match tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return failed(&error.into()),
    };
    let code = match cli.command {
        Some(Command::Replica(args)) => match runtime.block_on(replica::run(args)) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => failed(&error),
        },
        None => match cli.demo.settings() {
            Ok(settings) => match runtime.block_on(orchestra::run(settings)) {
                Ok(Ending::Clean) => ExitCode::SUCCESS,
                Ok(Ending::Unclean) => ExitCode::FAILURE,
                Ok(Ending::Interrupted) => ExitCode::from(INTERRUPTED),
                Err(error) => failed(&error),
            },
            Err(error) => failed(&error),
        },
    };
    // A watch of the embedded server may be waiting for a client that is gone: nothing is left to be waited for.
    runtime.shutdown_background();
    code
}

fn failed(error: &anyhow::Error) -> ExitCode {
    // Where standard error is closed, there is nobody to tell.
    let _ = writeln!(std::io::stderr(), "error: {error:#}");
    ExitCode::FAILURE
}
