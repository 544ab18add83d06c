//! The table of all figures, for people and for programs.
#![expect(clippy::print_stdout, reason = "the table is what a program of this crate is for")]

use std::process::ExitCode;

use clap::{CommandFactory as _, FromArgMatches as _, Parser};

use crate::Row;

/// How rows are printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
#[non_exhaustive]
pub enum Output {
    /// A table for people.
    #[default]
    Table,
    /// One JSON object a line.
    Json,
}

const HEAD: [&str; 6] = ["name", "ours", "peer or floor", "ratio", "target", ""];

#[derive(Debug, Parser)]
struct Args {
    /// How to print the figures
    #[arg(long, value_enum, default_value_t)]
    output: Output,
}

/// Reads the command line of a program that measures; `about` is what its help says.
pub fn output(about: &'static str) -> Output {
    let matches = Args::command().about(about).get_matches();
    Args::from_arg_matches(&matches).unwrap_or_else(|error| error.exit()).output
}

/// Prints the rows, and returns the code of a failure when a target is missed.
///
/// # Errors
///
/// When a row cannot be written as JSON, as with a ratio that is no number.
pub fn finish(rows: &[Row], output: Output) -> serde_json::Result<ExitCode> {
    match output {
        Output::Json => {
            for row in rows {
                println!("{}", serde_json::to_string(row)?);
            }
        }
        Output::Table => table(rows),
    }
    Ok(if rows.iter().all(Row::is_met) { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn table(rows: &[Row]) {
    let lines: Vec<[String; 6]> =
        std::iter::once(HEAD.map(str::to_owned)).chain(rows.iter().map(Row::columns)).collect();
    let width = |column: usize| lines.iter().map(|line| line[column].chars().count()).max().unwrap_or(0);
    let widths: [usize; 6] = std::array::from_fn(width);
    for line in &lines {
        let cells: Vec<String> =
            line.iter().zip(widths).map(|(cell, width)| format!("{cell:<width$}")).collect();
        println!("{}", cells.join("  ").trim_end());
    }
}
