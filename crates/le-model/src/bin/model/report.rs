//! What came of a search, for people and for programs.

use le_model::{Outcome, Progress, Scope, Verdict};
use serde::Serialize;

use crate::Output;

/// One search as a JSON object.
#[derive(Serialize)]
struct Line<'a> {
    candidates: usize,
    faults: u8,
    setups: usize,
    symmetry: bool,
    depth: usize,
    states: usize,
    steps: usize,
    seconds: f64,
    longest_calm: u64,
    properties: Vec<Property>,
    never_happened: &'a [&'static str],
    story: &'a [String],
}

#[derive(Serialize)]
struct Property {
    name: &'static str,
    verdict: Verdict,
}

pub(crate) fn print(scope: &Scope, outcome: &Outcome, output: Output) -> anyhow::Result<()> {
    match output {
        Output::Table => table(scope, outcome),
        Output::Json => println!("{}", serde_json::to_string(&line(scope, outcome))?),
    }
    Ok(())
}

/// Says how far a search is.
pub(crate) fn progress(scope: &Scope, progress: &Progress) -> String {
    format!(
        "{} candidates, {} faults: {} states, {} steps, depth {}, {:.0} s",
        scope.candidates,
        scope.faults,
        progress.unique,
        progress.total,
        progress.depth,
        progress.time.as_secs_f64()
    )
}

fn line<'a>(scope: &Scope, outcome: &'a Outcome) -> Line<'a> {
    let progress = &outcome.progress;
    Line {
        candidates: scope.candidates,
        faults: scope.faults,
        setups: scope.setups,
        symmetry: scope.symmetry,
        depth: progress.depth,
        states: progress.unique,
        steps: progress.total,
        seconds: progress.time.as_secs_f64(),
        longest_calm: outcome.coverage.longest_calm(),
        properties: outcome
            .verdicts
            .iter()
            .map(|(name, verdict)| Property { name, verdict: *verdict })
            .collect(),
        never_happened: &outcome.never,
        story: &outcome.story,
    }
}

fn table(scope: &Scope, outcome: &Outcome) {
    for (name, verdict) in &outcome.verdicts {
        let word = match verdict {
            Verdict::Holds => "holds",
            Verdict::Violated => "VIOLATED",
            _ => "undecided",
        };
        println!("{name:<48}{word}");
    }
    let progress = &outcome.progress;
    println!(
        "\n{:>10}{:>8}{:>8}{:>8}{:>12}{:>12}{:>10}",
        "candidates", "faults", "setups", "depth", "states", "steps", "time"
    );
    println!(
        "{:>10}{:>8}{:>8}{:>8}{:>12}{:>12}{:>8.1} s",
        scope.candidates,
        scope.faults,
        scope.setups,
        progress.depth,
        progress.unique,
        progress.total,
        progress.time.as_secs_f64()
    );
    if outcome.is_sound() {
        println!("\nafter a storm somebody led within {} ticks\n", outcome.coverage.longest_calm());
    }
    if let Some(steps) = outcome.steps {
        println!("\n{steps} steps to the violation:");
        outcome.story.iter().for_each(|line| println!("  {line}"));
    }
    if !outcome.never.is_empty() {
        println!("\nnever happened: {}", outcome.never.join(", "));
    }
}
