//! The pictures in the docs: what programs print, as it would look in a terminal.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use anstyle_svg::Term;
use anyhow::{Context, ensure};

use crate::cargo;

/// What `cargo xtask pictures` is told.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Measures the curve in docs/performance.md instead, which takes ten minutes and needs Go
    #[arg(long)]
    curve: bool,
}

/// How long the demo in the picture runs.
const DEMO: &str = "12s";
/// How many of its last lines are shown.
const LINES: usize = 28;

/// Draws them anew, and writes anew what the docs show of commands.
pub(crate) fn run(args: &Args) -> anyhow::Result<()> {
    if args.curve {
        let mut curve = cargo::locked("run");
        curve.args(["--release", "--package", "le-bench", "--bin", "curve", "--"]);
        curve.arg("--document").arg(cargo::root().join("docs/performance.md"));
        curve.arg("--picture").arg(cargo::root().join("docs/performance.svg"));
        return cargo::run(curve);
    }
    // One after the other: two of them write into one document.
    for (package, test) in [("kubectl-le", "operations"), ("chaosduck", "operations"), ("le-demo", "fault")] {
        let mut operations = cargo::locked("test");
        operations.args(["--quiet", "--package", package, "--test", "it", test]);
        operations.env("UPDATE_DOCS", "1");
        cargo::run(operations)?;
    }

    let mut quality = cargo::locked("run");
    quality.args(["--release", "--package", "le-bench", "--bin", "quality", "--"]);
    quality.arg("--document").arg(cargo::root().join("docs/hash.md"));
    cargo::run(quality)?;

    let mut build = cargo::locked("build");
    build.args(["--package", "le-demo", "--bin", "le-demo"]);
    let mut demo = Command::new(cargo::executable(build, "le-demo")?);
    demo.args(["--duration", DEMO, "--output", "text"]).stderr(Stdio::inherit());
    let output = demo.output().context("cannot start the demo")?;
    ensure!(output.status.success(), "the demo ended with {}", output.status);
    let text = String::from_utf8_lossy(&output.stdout);
    let lines: Vec<&str> = text.lines().collect();
    let last = &lines[lines.len().saturating_sub(LINES)..];
    draw(
        &format!("$ cargo xtask demo --duration {DEMO} --output text\n…\n{}\n", last.join("\n")),
        "docs/demo.svg",
    )
}

fn draw(text: &str, path: &str) -> anyhow::Result<()> {
    let path: &Path = &cargo::root().join(path);
    fs::write(path, Term::new().render_svg(text)).with_context(|| format!("cannot write {}", path.display()))
}
