//! Many replicas and many buckets on the embedded server, in virtual time: ten crash at once.

mod link;
mod tally;
mod world;

use std::process::ExitCode;

use le_bench::{finish, output};

fn main() -> anyhow::Result<ExitCode> {
    let output = output("Many replicas and many buckets in virtual time, ten of which crash at once");
    let rows = world::rows()?;
    Ok(finish(&rows, output)?)
}
