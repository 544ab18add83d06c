//! What came of the hand-overs: how many, how quick, and why some were not.

use anyhow::ensure;

use super::history::{Histories, Version};
use super::tally::{HandOver, Tally, Way, spread};
use crate::stages::Outcome;

/// What by SIGTERM takes longer is looked into, in seconds; those in Go look about every second.
const PROMPT: f64 = 2.0;

/// How long it may take after a release, on a machine that is busy: no longer than without one.
const MOST: f64 = 3.0;

/// Reports all hand-overs of one kind, which are sorted by how long they took.
pub(super) fn report(way: Way, all: &[HandOver], histories: &Histories, outcome: &mut Outcome) {
    let enough = || {
        ensure!(all.len() >= Tally::WANTED, "only {} of {}", all.len(), Tally::WANTED);
        Ok(())
    };
    outcome.check(&format!("hand-overs from {way}"), enough());
    let seconds: Vec<f64> = all.iter().map(|one| one.seconds).collect();
    outcome.notes.push(format!("{way}: {}", spread(&seconds)));
    if way.killed {
        return;
    }
    let (mut kept, mut slow) = (Vec::new(), Vec::new());
    for one in all.iter().filter(|one| one.seconds > PROMPT) {
        let what = format!("{:.2} s on {} of {}", one.seconds, one.key.1, one.leader);
        let history = histories.get(&one.key).map_or(&[][..], Vec::as_slice);
        match released(one, history) {
            Some(at) if one.at + one.seconds - at > MOST => slow.push(what),
            Some(_) => {}
            None if way.from_rust => slow.push(format!("{what}, not released")),
            None => kept.push(what),
        }
    }
    if !kept.is_empty() {
        outcome.notes.push(format!(
            "{way}: {} took long because the release of the one in Go came to nothing: {}",
            kept.len(),
            kept.join("; ")
        ));
    }
    let quick = || {
        ensure!(slow.is_empty(), "{}", slow.join("; "));
        Ok(())
    };
    outcome.check(&format!("hand-overs from {way} are prompt once the Lease is released"), quick());
}

/// When the Lease was seen to be freed after the signal, by whoever led it.
fn released(one: &HandOver, history: &[Version]) -> Option<f64> {
    let last = history.iter().rposition(|version| version.holder == one.leader)?;
    history.get(last + 1).filter(|next| next.is_free() && next.seen >= one.at).map(|next| next.seen)
}
