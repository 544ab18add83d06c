//! What those who acted at the same time said about it themselves.

use std::fmt::Write as _;

use super::blame::Overlap;
use crate::fleet::{Fleet, MemberId};

/// How many lines of a log are shown.
const LINES: usize = 3;

/// Returns what the one that went on said of its term, and the last that its library logged about the Lease.
pub(super) fn proof(fleet: &Fleet, lease: &str, member: MemberId, overlap: &Overlap) -> String {
    let mut text = String::new();
    let terms = fleet.journal.terms();
    let its = terms.iter().filter(|term| term.member == member && term.lease == lease);
    if let Some(term) = its.rev().find(|term| term.led <= overlap.from) {
        let (first, last) = term.acts.unwrap_or_default();
        let _ = write!(text, "{} led {:.3}, acted {first:.3} to {last:.3}", overlap.by.identity, term.led);
        match term.stopped {
            Some(stopped) => _ = write!(text, ", stopped {stopped:.3}"),
            None => text.push_str(", and never said that it stopped"),
        }
    }
    let _ = write!(text, "; {} acted from {:.3}", overlap.beside.identity, overlap.from);
    let log = std::fs::read_to_string(fleet.log_of(&overlap.by.identity, member)).unwrap_or_default();
    let lines: Vec<&str> = log.lines().filter(|line| line.contains(lease)).collect();
    for line in &lines[lines.len().saturating_sub(LINES)..] {
        let _ = write!(text, "; its log: {line}");
    }
    text
}
