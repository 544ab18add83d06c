//! What the election machine costs at each step, what work pays to ask whether it leads, and what observers cost.

mod observed;
mod right;
mod step;

use std::process::ExitCode;

use le_bench::{finish, output};

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<ExitCode> {
    let output = output(
        "What the election machine costs at each step, what work pays to ask whether it leads, and what observers cost",
    );
    let mut rows = step::rows()?;
    rows.extend(right::rows().await?);
    rows.extend(observed::rows().await?);
    Ok(finish(&rows, output)?)
}
