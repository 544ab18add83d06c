//! Who is to blame where two acted at the same time. It reads what was said and what was written, and asks nobody.

#[cfg(test)]
mod tests;

use std::fmt;

use super::history::Version;
use crate::fleet::Kind;

/// How long what was written to a Lease may take until whoever lost by it has heard of it and stopped, in seconds. On an idle
/// machine it is a few milliseconds.
pub(super) const DELIVERY: f64 = 1.0;

/// Renew times are cut to microseconds, and are read from another clock than the one that deadlines are on.
const CLOCKS: f64 = 0.01;

/// Somebody who acted.
#[derive(Clone, Debug)]
pub(super) struct Party {
    pub(super) identity: String,
    pub(super) user: String,
    pub(super) kind: Kind,
}

/// Two who acted at the same time.
#[derive(Clone, Debug)]
pub(super) struct Overlap {
    /// Who went on.
    pub(super) by: Party,
    /// Who had begun.
    pub(super) beside: Party,
    /// When the second began.
    pub(super) from: f64,
    /// When the first acted last.
    pub(super) last: f64,
}

/// What came of it.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Blame {
    /// One of ours did what it must not.
    Ours(String),
    /// One in Go did what it is known to do, and how that is seen.
    Go(Hazard, String),
    /// One in Go acted, and no version of the Lease says why.
    Unexplained(String),
}

/// What those in Go are known to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Hazard {
    /// Knative demotes after it has released.
    DemotesAfterRelease,
    /// client-go releases before it ends the work.
    ReleasesBeforeItsWorkEnds,
    /// It goes on although its lease has run out: it looks neither at the clock nor at what it has read until it gives up.
    GoesOnAfterItsLease,
    /// It frees a Lease that is another's by then.
    FreesAnothers,
    /// It takes a Lease before its time.
    TakesEarly,
}

impl fmt::Display for Hazard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::DemotesAfterRelease => "Knative releases before it demotes, and acts between",
            Self::ReleasesBeforeItsWorkEnds => "client-go releases before it ends the work",
            Self::GoesOnAfterItsLease => {
                "a leader in Go acts on after its lease has run out and another has it"
            }
            Self::FreesAnothers => "a leader in Go that was stopped frees the Lease of its successor",
            Self::TakesEarly => "a candidate in Go takes a Lease before its time",
        })
    }
}

/// Finds who is to blame for an overlap, given every version of the Lease in order, and our renew deadline in seconds.
pub(super) fn attribute(overlap: &Overlap, renew_deadline: f64, history: &[Version]) -> Blame {
    let Overlap { by, beside, .. } = overlap;
    if beside.kind.is_ours()
        && let Some(wrong) = began_wrongly(overlap, renew_deadline, history)
    {
        return Blame::Ours(format!("{} {wrong}", beside.identity));
    }
    if by.kind.is_ours() { went_on(overlap, renew_deadline, history) } else { cause(overlap, history) }
}

/// Tells what was wrong about the beginning of the second, where something was.
fn began_wrongly(overlap: &Overlap, renew_deadline: f64, history: &[Version]) -> Option<String> {
    let (who, from) = (&overlap.beside.identity, overlap.from);
    let Some(newest) = newest_of(who, from, history) else {
        return Some("acts, and never had the Lease".to_owned());
    };
    let over = from - (history[newest].renewed + renew_deadline);
    if over > CLOCKS {
        return Some(format!("began to act {over:.3} s after its right had ended"));
    }
    let taken = (0..=newest).rev().find(|index| *index == 0 || history[index - 1].holder != *who)?;
    let before = &history[taken.checked_sub(1)?];
    let early = before.runs_out() - history[taken].renewed;
    (!before.is_free() && early > 0.0).then(|| {
        format!(
            "took the Lease {early:.3} s before the time of {} was over ({})",
            before.holder, before.number
        )
    })
}

/// One of ours went on: that is in order only for as long as it takes to hear that one in Go took its Lease from it.
fn went_on(overlap: &Overlap, renew_deadline: f64, history: &[Version]) -> Blame {
    let Overlap { by, last, .. } = overlap;
    let ours = |what: String| Blame::Ours(format!("{} {what}", by.identity));
    let Some(newest) = newest_of(&by.identity, overlap.from, history) else {
        return ours("acts, and never had the Lease".to_owned());
    };
    let own = &history[newest];
    let Some(next) = history.get(newest + 1) else {
        if overlap.beside.kind.is_ours() {
            return ours("has the Lease, and another of ours acts".to_owned());
        }
        let theirs = &overlap.beside.identity;
        return Blame::Unexplained(format!("{theirs} acts on the Lease of {}", by.identity));
    };
    let over = last - (own.renewed + renew_deadline);
    if over > CLOCKS {
        return ours(format!("acted for {over:.3} s after its right had ended"));
    }
    if next.author.user == by.user {
        return ours(format!(
            "acted for {:.3} s after its own release ({})",
            last - next.renewed,
            next.number
        ));
    }
    if !next.author.is_go() {
        return ours(format!("lost the Lease to {:?}, which is not in Go, and acted on", next.author));
    }
    let deaf = last - next.seen;
    if deaf > DELIVERY {
        return ours(format!("acted for {deaf:.3} s after it could have seen that its Lease was gone"));
    }
    let how = format!(
        "{} of {} wrote version {} over the Lease of {}, which acted for {:.3} s more",
        next.author.agent,
        next.author.user,
        next.number,
        by.identity,
        deaf.max(0.0)
    );
    Blame::Go(if next.is_free() { Hazard::FreesAnothers } else { Hazard::TakesEarly }, how)
}

/// One in Go went on: finds out how it lost the Lease.
fn cause(overlap: &Overlap, history: &[Version]) -> Blame {
    let Overlap { by, last, .. } = overlap;
    let own = newest_of(&by.identity, overlap.from, history);
    let Some((own, next)) = own.and_then(|index| Some((&history[index], history.get(index + 1)?))) else {
        return Blame::Unexplained(format!("{} never had the Lease, or has it still", by.identity));
    };
    let (name, after) = (&by.identity, last - next.renewed);
    let number = &next.number;
    if !next.is_free() {
        let early = own.runs_out() - next.renewed;
        let what = format!("{name} acted for {after:.3} s after {} took the Lease ({number})", next.holder);
        if early > 0.0 {
            return Blame::Go(Hazard::TakesEarly, format!("{what}, {early:.3} s before its time"));
        }
        return Blame::Go(
            Hazard::GoesOnAfterItsLease,
            format!("{what}, {:.3} s after it had run out", -early),
        );
    }
    let author = &next.author;
    if author.user.is_empty() {
        return Blame::Unexplained(format!("nobody is known to have written {number} over {name}"));
    }
    if author.user != by.user {
        let what = format!("{} of {} freed the Lease of {name} ({number})", author.agent, author.user);
        return Blame::Go(Hazard::FreesAnothers, format!("{what}, which acted for {after:.3} s more"));
    }
    let hazard = match by.kind {
        Kind::Knative => Hazard::DemotesAfterRelease,
        Kind::Rust | Kind::ClientGo => Hazard::ReleasesBeforeItsWorkEnds,
    };
    Blame::Go(hazard, format!("{name} acted for {after:.3} s after its own release ({number})"))
}

/// For how many seconds one of ours acted without a right, at its last act; nothing where it had the right.
pub(super) fn without_right(
    identity: &str,
    last_act: f64,
    renew_deadline: f64,
    history: &[Version],
) -> Option<f64> {
    let newest = newest_of(identity, last_act, history);
    let over = newest.map_or(f64::INFINITY, |newest| last_act - (history[newest].renewed + renew_deadline));
    (over > CLOCKS).then_some(over)
}

/// The last version in which the Lease was somebody's at a moment.
fn newest_of(who: &str, at: f64, history: &[Version]) -> Option<usize> {
    history.iter().rposition(|version| version.holder == who && version.renewed <= at)
}
