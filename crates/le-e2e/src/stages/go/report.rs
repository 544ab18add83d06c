//! What came of all scenes: counts, causes, and what failed.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::ensure;

use super::blame::{Blame, Hazard, Overlap, Party, attribute, without_right};
use super::ground::{Ground, Scene};
use super::history::{Histories, Version, histories, late_releases};
use super::proof::proof;
use super::rolling;
use super::tally::{Tally, Way, spread};
use super::{gaps, hand_overs};
use crate::fleet::{Fleet, Kind, MemberId};
use crate::stages::Outcome;
use crate::verdict::{Fault, Wrong};

/// Overlaps with one cause.
#[derive(Debug, Default)]
struct Group {
    count: usize,
    longest: f64,
    /// How the longest came about, and what proves it.
    how: String,
}

pub(super) async fn report(ground: &Ground, tally: &Tally, scenes: Vec<Scene>) -> anyhow::Result<Outcome> {
    // The API server writes its log a moment after it has answered.
    tokio::time::sleep(Duration::from_secs(1)).await;
    let histories = histories(ground.recorder.seen()?, &ground.plane.asked()?);
    let mut outcome = Outcome::default();
    for way in Way::ALL {
        hand_overs::report(way, &tally.of(way), &histories, &mut outcome);
    }
    let mut groups = BTreeMap::new();
    for scene in scenes {
        let Scene { fleet, claims, notes } = scene;
        for (what, result) in claims {
            outcome.check(&format!("{}: {what}", fleet.namespace), result);
        }
        outcome.notes.extend(notes);
        let judged = judge(&fleet, &histories, &mut groups);
        outcome.check(&format!("{}: nobody acts beside another because of ours", fleet.namespace), judged);
        wiped(&fleet, &histories, &mut outcome);
        if fleet.namespace == rolling::NAMESPACE {
            let result = gaps::check(&fleet, &histories, &mut outcome.notes);
            outcome.check("rolling: no Lease is without a leader for longer than the lease duration", result);
        }
    }
    for (hazard, Group { count, longest, how }) in groups {
        outcome.notes.push(format!("{count} overlaps, longest {longest:.3} s: {hazard}. The longest: {how}"));
    }
    Ok(outcome)
}

/// Finds the cause of everything that was wrong in a fleet.
fn judge(fleet: &Fleet, histories: &Histories, groups: &mut BTreeMap<Hazard, Group>) -> anyhow::Result<()> {
    let mut ours = Vec::new();
    for fault in fleet.verdict().faults {
        let history = history(fleet, histories, &fault.lease);
        let (blame, proof, seconds) = match overlap(fleet, &fault) {
            Some(overlap) => (
                attribute(&overlap, fleet.settings.renew.as_secs_f64(), history),
                proof(fleet, &fault.lease, fault.by.0, &overlap),
                overlap.last - overlap.from,
            ),
            None => (Blame::Ours(fault.to_string()), String::new(), 0.0),
        };
        match blame {
            Blame::Ours(what) | Blame::Unexplained(what) => {
                ours.push(format!("{fault}: {what}. {proof}. {}", tail(history, &fault)));
            }
            Blame::Go(hazard, how) => {
                let group = groups.entry(hazard).or_default();
                group.count += 1;
                if seconds >= group.longest {
                    group.longest = seconds;
                    group.how = format!("{}/{}: {how}. {proof}", fleet.namespace, fault.lease);
                }
            }
        }
    }
    for term in fleet.journal.terms().into_iter().filter(|term| term.kind.is_ours()) {
        let Some((_, last)) = term.acts else { continue };
        let (name, history) = (identity(term.kind, term.member), history(fleet, histories, &term.lease));
        if let Some(over) = without_right(&name, last, fleet.settings.renew.as_secs_f64(), history) {
            ours.push(format!(
                "{}: {name} acted for {over:.3} s without a right, until {last:.3}",
                term.lease
            ));
        }
    }
    ensure!(ours.is_empty(), "{} faults; the first: {}", ours.len(), ours[..ours.len().min(3)].join("\n"));
    Ok(())
}

/// As the fleet names them.
pub(super) fn identity(kind: Kind, member: MemberId) -> String {
    format!("{kind}-{}", member.0)
}

pub(super) fn history<'a>(fleet: &Fleet, histories: &'a Histories, lease: &str) -> &'a [Version] {
    histories.get(&(fleet.namespace.clone(), lease.to_owned())).map_or(&[], Vec::as_slice)
}

/// What is needed of a fault to find its cause; nothing where it is not an overlap.
fn overlap(fleet: &Fleet, fault: &Fault) -> Option<Overlap> {
    let Wrong::Overlap { from, seconds } = fault.what else { return None };
    let party = |(member, kind): (MemberId, Kind)| Party {
        identity: identity(kind, member),
        user: fleet.user_of(member),
        kind,
    };
    let (by, beside) = (party(fault.by), party(fault.beside?));
    Some(Overlap { by, beside, from, last: from + seconds })
}

/// The versions of a Lease about the time of a fault, for whoever looks for its cause.
fn tail(history: &[Version], fault: &Fault) -> String {
    let Wrong::Overlap { from, seconds } = fault.what else { return String::new() };
    let near =
        history.iter().filter(|version| version.seen > from - 5.0 && version.renewed < from + seconds + 1.0);
    let words: Vec<String> = near
        .map(|v| {
            format!("{} {:?} {:.3} (seen {:.3}) by {}", v.number, v.holder, v.renewed, v.seen, v.author.user)
        })
        .collect();
    format!("The Lease: {}", words.join("; "))
}

/// Tells of releases that freed a Lease of ours, after which somebody must lead again soon.
fn wiped(fleet: &Fleet, histories: &Histories, outcome: &mut Outcome) {
    let user = |identity: &str| {
        let number = identity.rsplit('-').next()?.parse().ok()?;
        Some(fleet.user_of(MemberId(number)))
    };
    let leases = fleet.leases();
    let found: Vec<_> =
        leases.iter().flat_map(|lease| late_releases(history(fleet, histories, lease), user)).collect();
    if found.is_empty() {
        return;
    }
    let not_go: Vec<_> = found.iter().filter(|late| !late.author.is_go()).collect();
    let mut free: Vec<f64> = found.iter().filter_map(|late| late.free_for).collect();
    free.sort_by(f64::total_cmp);
    let ours = found.iter().filter(|late| late.holder.starts_with("rust")).count();
    outcome.notes.push(format!(
        "{}: {} releases in Go freed a Lease of another, {ours} of them one of ours; it was taken again: {}",
        fleet.namespace,
        found.len(),
        spread(&free)
    ));
    let in_order = || {
        ensure!(not_go.is_empty(), "not by one in Go: {not_go:?}");
        ensure!(free.len() == found.len(), "{} were never taken again", found.len() - free.len());
        let most = fleet.settings.lease.as_secs_f64();
        let longest = free.last().copied().unwrap_or_default();
        ensure!(longest <= most, "one was free for {longest:.3} s");
        Ok(())
    };
    outcome.check(
        &format!("{}: a Lease that was freed too late is soon led again", fleet.namespace),
        in_order(),
    );
}
