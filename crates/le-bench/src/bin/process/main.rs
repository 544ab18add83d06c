//! What a process costs that leads a thousand buckets, and one that waits for them, beside client-go on a real API server.

mod measure;
mod rows;

use std::process::ExitCode;

use le_bench::{Row, finish, output};

#[tokio::main]
async fn main() -> anyhow::Result<ExitCode> {
    let output =
        output("What a process costs that leads a thousand buckets, beside client-go on a real API server");
    let rows = match measure::both().await {
        Ok([ours, theirs]) => rows::rows(&ours, &theirs),
        Err(error) => vec![Row::unmeasured("a process, beside client-go", &format!("{error:#}"))],
    };
    Ok(finish(&rows, output)?)
}
