//! Knative's own look-up, measured by a program in Go.

use anyhow::{Context as _, ensure};
use le_e2e::progress::Progress;
use le_e2e::tools;
use serde::Deserialize;
use tokio::process::Command;

/// What a look-up costs in Go, in nanoseconds.
#[derive(Clone, Copy, Debug, Deserialize)]
pub(crate) struct Figures {
    pub(crate) names: usize,
    /// Not in its cache.
    pub(crate) uncached: f64,
    /// In its cache.
    pub(crate) cached: f64,
    /// The same, with two threads that ask.
    pub(crate) two_cached: f64,
}

/// Measures for each number of names, or says why that cannot be done.
pub(crate) async fn figures(counts: &[usize]) -> anyhow::Result<Vec<Figures>> {
    let program = tools::peer("hashbench", &Progress::new()).await?;
    let output = Command::new(program).args(counts.iter().map(usize::to_string)).output().await?;
    ensure!(output.status.success(), "the program in Go ended with {}", output.status);
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    text.lines()
        .map(|line| serde_json::from_str(line).context("the program in Go printed other lines"))
        .collect()
}
