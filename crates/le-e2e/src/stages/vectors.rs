//! Fresh golden vectors, drawn by the reference itself from a new seed, and checked with our crates.

use anyhow::ensure;
use tokio::process::Command;

use super::{Context, Outcome};
use crate::tools::program;

/// How many cases are drawn, over all files.
const CASES: usize = 120_000;

pub(super) async fn run(context: Context) -> anyhow::Result<Outcome> {
    let folder = context.binaries.scratch.join(format!("vectors-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    let checked = check(&context, &folder).await;
    // They are drawn again from the seed where somebody wants to see them.
    std::fs::remove_dir_all(&folder)?;
    checked
}

async fn check(context: &Context, folder: &std::path::Path) -> anyhow::Result<Outcome> {
    // Go's flags have 64 bits and a sign.
    let seed = context.seed >> 1;
    let drawn = Command::new(&context.binaries.vectors)
        .args(["--seed", &seed.to_string(), "--cases", &CASES.to_string(), "--out"])
        .arg(folder)
        .kill_on_drop(true)
        .status()
        .await?;
    ensure!(drawn.success(), "the generator ended with {drawn}");
    let output = Command::new(program("vectors")?).arg(folder).kill_on_drop(true).output().await?;
    let said = String::from_utf8_lossy(&output.stdout);
    let last = said.lines().last().unwrap_or_default();
    let counts: Vec<usize> = last.split(' ').filter_map(|word| word.parse().ok()).collect();
    let [passed, failed] = counts[..] else { anyhow::bail!("the check of the vectors says {last:?}") };
    let mut outcome = Outcome { passed, ..Outcome::default() };
    outcome.notes.push(format!("seed {seed}: {last}"));
    if failed > 0 || !output.status.success() {
        let first = said.lines().filter(|line| line.starts_with(char::is_alphabetic)).take(12);
        let first: Vec<String> = first.map(|line| line.chars().take(300).collect()).collect();
        outcome.failed.push(format!("seed {seed}: {last}\n{}", first.join("\n")));
    }
    ensure!(passed + failed >= 100_000, "only {} cases were drawn", passed + failed);
    Ok(outcome)
}
