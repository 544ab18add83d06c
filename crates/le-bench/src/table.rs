//! The table of all figures, for people and for programs.
#![expect(clippy::print_stdout, reason = "the table is what a program of this crate is for")]

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

/// Prints the rows, and tells whether all targets are met.
///
/// # Errors
///
/// When a row cannot be written as JSON, as with a ratio that is no number.
pub fn print(rows: &[Row], output: Output) -> serde_json::Result<bool> {
    match output {
        Output::Json => {
            for row in rows {
                println!("{}", serde_json::to_string(row)?);
            }
        }
        Output::Table => table(rows),
    }
    Ok(rows.iter().all(Row::is_met))
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
