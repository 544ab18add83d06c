//! Machines that are broken on purpose, and whether the search finds it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use le_lease::Mutant;
use le_model::{BEYOND, FOUND, Outcome, Scope, search};
use serde::Serialize;

use crate::Output;

/// Which mutants are tried.
#[derive(Clone, Debug)]
pub(crate) struct Choice(Vec<(Mutant, u8)>, bool);

impl std::str::FromStr for Choice {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        if name == "all" {
            return Ok(Self(FOUND.to_vec(), false));
        }
        if let Some((_, why)) = BEYOND.iter().find(|(mutant, _)| is_called(*mutant, name)) {
            return Err(format!("this model cannot show it: {why}"));
        }
        let known = FOUND.iter().find(|(mutant, _)| is_called(*mutant, name));
        let known = known.ok_or_else(|| {
            let names: Vec<_> = FOUND.iter().map(|(mutant, _)| format!("{mutant:?}")).collect();
            format!("one of all, {}", names.join(", "))
        })?;
        Ok(Self(vec![*known], true))
    }
}

/// Names are those of the variants, with hyphens or without.
fn is_called(mutant: Mutant, name: &str) -> bool {
    format!("{mutant:?}").eq_ignore_ascii_case(&name.replace(['-', '_'], ""))
}

#[derive(Serialize)]
struct Line<'a> {
    mutant: String,
    faults: u8,
    violated: Vec<&'static str>,
    steps: Option<usize>,
    states: usize,
    seconds: f64,
    story: &'a [String],
}

/// Tries them, and tells whether all were found. One thread, so that the path that is found is a shortest one.
pub(crate) fn run(choice: &Choice, output: Output, stopped: &Arc<AtomicBool>) -> anyhow::Result<bool> {
    let Choice(mutants, with_story) = choice;
    let mut all_found = true;
    if matches!(output, Output::Table) {
        println!("{:<22}{:>7}{:>7}{:>9}{:>9}  violated", "mutant", "faults", "steps", "states", "time");
    }
    for (mutant, faults) in mutants {
        let mut scope = Scope::new(2, *faults);
        scope.mutant = Some(*mutant);
        let outcome = search(scope, 1, stopped, |_| {});
        if stopped.load(Ordering::Relaxed) {
            return Ok(false);
        }
        all_found &= outcome.steps.is_some();
        print(*mutant, *faults, &outcome, output)?;
        if *with_story && matches!(output, Output::Table) {
            println!();
            outcome.story.iter().for_each(|line| println!("  {line}"));
        }
    }
    if matches!(output, Output::Table) && !with_story {
        println!();
        for (mutant, why) in BEYOND {
            println!("{:<22} is not for this model: {why}", format!("{mutant:?}"));
        }
    }
    Ok(all_found)
}

fn print(mutant: Mutant, faults: u8, outcome: &Outcome, output: Output) -> anyhow::Result<()> {
    let violated: Vec<_> = outcome.violated().collect();
    let (steps, states) = (outcome.steps, outcome.progress.unique);
    let (mutant, seconds) = (format!("{mutant:?}"), outcome.progress.time.as_secs_f64());
    match output {
        Output::Json => {
            let line = Line { mutant, faults, violated, steps, states, seconds, story: &outcome.story };
            println!("{}", serde_json::to_string(&line)?);
        }
        Output::Table => {
            let found = steps.map_or_else(|| "-".to_owned(), |steps| steps.to_string());
            let what = if violated.is_empty() { "NOT FOUND".to_owned() } else { violated.join("; ") };
            println!("{mutant:<22}{faults:>7}{found:>7}{states:>9}{seconds:>7.1} s  {what}");
        }
    }
    Ok(())
}
