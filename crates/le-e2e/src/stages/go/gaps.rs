//! How long nobody acts on a Lease while a fleet is replaced.

use anyhow::ensure;

use super::history::{Histories, Version};
use super::report::{history, identity};
use super::tally::spread;
use crate::fleet::{Fleet, Term};

/// A pause of all who write that is no accident, in seconds.
const PAUSE: f64 = 0.4;

/// From the last act of one to the first of the next.
#[derive(Debug)]
struct Gap<'a> {
    before: &'a Term,
    after: &'a Term,
    seconds: f64,
    /// When the next began.
    until: f64,
}

/// Checks that no gap is longer than the lease duration, but for what one in Go took to release and what the machine stood still.
pub(super) fn check(fleet: &Fleet, histories: &Histories, notes: &mut Vec<String>) -> anyhow::Result<()> {
    let most = (fleet.settings.lease + fleet.settings.act_every).as_secs_f64();
    let (mut theirs, mut ours, mut wrong) = (Vec::new(), Vec::new(), Vec::new());
    let terms = fleet.journal.terms();
    for lease in fleet.leases() {
        for gap in gaps(&terms, &lease) {
            let Gap { before, after, seconds, until } = gap;
            let ours_ended = before.kind.is_ours();
            if ours_ended { &mut ours } else { &mut theirs }.push(seconds);
            if seconds <= most {
                continue;
            }
            let who = identity(before.kind, before.member);
            let still = stood_still(histories, until - seconds, until);
            let since_release = released(&who, until, history(fleet, histories, &lease)).map(|at| until - at);
            let what = format!(
                "{lease}: {seconds:.3} s from {who} to {}, {since_release:.3?} s of them after its release; for {still:.3} s \
                 nobody wrote anything anywhere",
                identity(after.kind, after.member)
            );
            // Those in Go may release late, or, where a renewal of their own is under way, not at all.
            let counts = if ours_ended { Some(seconds) } else { since_release };
            if counts.is_some_and(|counts| counts - still > most) {
                wrong.push(what);
            } else {
                notes.push(format!("rolling: {what}"));
            }
        }
    }
    for (language, seconds) in [("Go", &mut theirs), ("Rust", &mut ours)] {
        seconds.sort_by(f64::total_cmp);
        notes.push(format!(
            "rolling: from the last act of one in {language} to the next: {}",
            spread(seconds)
        ));
    }
    ensure!(!theirs.is_empty() && !ours.is_empty(), "nothing was handed over");
    ensure!(wrong.is_empty(), "{}", wrong.join("; "));
    Ok(())
}

/// Finds the gaps between the terms of a Lease, of which each lasts until whoever acted longest has ended.
fn gaps<'a>(terms: &'a [Term], lease: &str) -> Vec<Gap<'a>> {
    let acts = terms.iter().filter(|term| term.lease == lease).filter_map(|term| Some((term, term.acts?)));
    let mut acts: Vec<_> = acts.collect();
    acts.sort_by(|(_, a), (_, b)| a.0.total_cmp(&b.0));
    let mut gaps = Vec::new();
    let mut longest: Option<(&Term, f64)> = None;
    for (term, (first, last)) in acts {
        if let Some((before, until)) = longest {
            gaps.push(Gap { before, after: term, seconds: (first - until).max(0.0), until: first });
        }
        if longest.is_none_or(|(_, until)| until < last) {
            longest = Some((term, last));
        }
    }
    gaps
}

/// When the last that somebody had of a Lease before a moment was followed by its release.
fn released(who: &str, before: f64, history: &[Version]) -> Option<f64> {
    let its = history.iter().rposition(|version| version.holder == who && version.renewed <= before)?;
    history.get(its + 1).filter(|next| next.is_free()).map(|next| next.seen)
}

/// For how long between two moments nobody at all wrote anything: dozens of Leases are renewed twice a second, so that then the
/// machine had no time for the API server.
fn stood_still(histories: &Histories, from: f64, until: f64) -> f64 {
    let versions = histories.values().flatten().map(|version| version.seen);
    let mut seen: Vec<f64> =
        versions.filter(|seen| (from..until).contains(seen)).chain([from, until]).collect();
    seen.sort_by(f64::total_cmp);
    seen.windows(2).map(|pair| pair[1] - pair[0]).filter(|pause| *pause > PAUSE).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fleet::{Kind, MemberId};

    fn term(member: usize, acts: (f64, f64)) -> Term {
        Term {
            member: MemberId(member),
            kind: Kind::Rust,
            lease: "x".to_owned(),
            token: None,
            led: acts.0,
            acts: Some(acts),
            count: 2,
            stopped: None,
            odd: None,
        }
    }

    #[test]
    fn time_in_which_nobody_wrote_anything_is_found() {
        let version = |seen| Version {
            number: String::new(),
            holder: String::new(),
            duration: 1.0,
            renewed: seen,
            seen,
            author: Default::default(),
        };
        let history = [1.0, 1.25, 3.0, 3.25].map(version).to_vec();
        let histories = Histories::from([(("n".to_owned(), "x".to_owned()), history)]);
        assert_eq!(stood_still(&histories, 1.0, 3.5), 1.75);
        assert_eq!(stood_still(&histories, 1.0, 2.0), 0.75);
    }

    #[test]
    fn a_gap_lasts_from_whoever_acted_last_to_whoever_acts_next() {
        let terms = [term(2, (7.0, 8.0)), term(0, (1.0, 5.0)), term(1, (2.0, 3.0))];
        let found: Vec<_> = gaps(&terms, "x").iter().map(|gap| (gap.before.member.0, gap.seconds)).collect();
        assert_eq!(found, [(0, 0.0), (0, 2.0)]);
        assert!(gaps(&terms, "y").is_empty());
    }
}
