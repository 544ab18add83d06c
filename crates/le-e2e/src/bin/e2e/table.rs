//! What came out, for people and for programs.

use std::fmt::Write as _;

use serde_json::json;

use crate::Done;

pub(crate) fn table(all: &[Done], seed: u64) -> String {
    let mut text = String::new();
    for Done { stage, outcome, .. } in all {
        for note in &outcome.notes {
            let _ = writeln!(text, "{}: {note}", stage.name);
        }
        if !outcome.figures.is_empty() {
            let _ = writeln!(text, "\n{:<64} {:>10} {:>10}  target", "figure", "ours", "client-go");
        }
        for figure in &outcome.figures {
            let theirs = figure.client_go.map_or_else(String::new, |theirs| format!("{theirs:.2}"));
            let target = figure.target.as_deref().unwrap_or_default();
            let met = match figure.met {
                Some(true) => "met",
                Some(false) => "MISSED",
                None => "",
            };
            let _ = writeln!(text, "{:<64} {:>10.2} {theirs:>10}  {target} {met}", figure.name, figure.ours);
        }
    }
    let _ = writeln!(text, "\n{:<14} {:>8} {:>8} {:>8}  seed {seed}", "stage", "time", "passed", "failed");
    for Done { stage, time, outcome } in all {
        let (seconds, failed) = (time.as_secs_f64(), outcome.failed.len());
        let _ = writeln!(text, "{:<14} {seconds:>6.1} s {:>8} {failed:>8}", stage.name, outcome.passed);
    }
    text
}

pub(crate) fn json(all: &[Done], seed: u64) -> String {
    let mut text = String::new();
    for Done { stage, time, outcome } in all {
        let line = json!({
            "stage": stage.name, "seed": seed, "seconds": time.as_secs_f64(), "passed": outcome.passed,
            "failed": outcome.failed, "notes": outcome.notes, "figures": outcome.figures,
        });
        let _ = writeln!(text, "{line}");
    }
    text
}
