//! One table of the rows that others have printed as JSON, a line each.

use std::process::ExitCode;

use anyhow::Context as _;
use le_bench::{Row, finish, output};

fn main() -> anyhow::Result<ExitCode> {
    let output =
        output("One table of the rows that others have printed as JSON, read from the standard input");
    let text = std::io::read_to_string(std::io::stdin())?;
    let rows = text.lines().map(|line| serde_json::from_str(line).with_context(|| format!("no row: {line}")));
    let rows = rows.collect::<anyhow::Result<Vec<Row>>>()?;
    Ok(finish(&rows, output)?)
}
