//! What users pull: crates, time to build and size, of programs with ours and without.
#![expect(clippy::print_stderr, reason = "a program tells how it goes")]

mod build;
mod programs;
mod rows;

use std::process::ExitCode;

use le_bench::{finish, output};

fn main() -> anyhow::Result<ExitCode> {
    let output = output("What users pull: crates, time to build and size, of programs with ours and without");
    Ok(finish(&rows::rows()?, output)?)
}
