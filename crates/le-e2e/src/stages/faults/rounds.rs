//! Rounds of signals to whoever leads: told to end, killed, stopped for too long, and told to end while stopped.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use anyhow::{Context as _, anyhow, bail, ensure};
use rustix::process::Signal;

use super::crew::{Crew, PATIENCE};
use super::scene::{held, quick};
use crate::fleet::{Event, Extra, Fleet, MemberId, Settings, Term, now};
use crate::plane::{ADMIN, Plane};
use crate::stages::Context;

/// What happens in a round.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Terminate,
    Kill,
    Stop,
    StopAndTerminate,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Terminate => "SIGTERM",
            Self::Kill => "SIGKILL",
            Self::Stop => "SIGSTOP and SIGCONT",
            Self::StopAndTerminate => "SIGSTOP, SIGTERM and SIGCONT",
        })
    }
}

/// What the rounds came to: for each kind how many there were, and how long each Lease was without a leader.
#[derive(Debug, Default)]
pub(super) struct Rounds {
    count: BTreeMap<Kind, usize>,
    taken: BTreeMap<Kind, Vec<f64>>,
}

impl Rounds {
    pub(super) fn add(&mut self, other: Self) {
        for (kind, count) in other.count {
            *self.count.entry(kind).or_default() += count;
        }
        for (kind, taken) in other.taken {
            self.taken.entry(kind).or_default().extend(taken);
        }
    }

    /// Makes sure that there were as many as there should be, of every kind.
    pub(super) fn ensure(&self, rounds: usize) -> anyhow::Result<()> {
        let came: usize = self.count.values().sum();
        ensure!(came >= rounds && self.count.len() == 4, "{came} rounds of {rounds}: {:?}", self.count);
        Ok(())
    }

    /// Tells about each kind in a line.
    pub(super) fn notes(mut self) -> Vec<String> {
        let mut notes = Vec::new();
        for (kind, count) in self.count {
            let taken = self.taken.entry(kind).or_default();
            taken.sort_by(f64::total_cmp);
            let half = taken.get(taken.len() / 2).copied().unwrap_or_default();
            let most = taken.last().copied().unwrap_or_default();
            let leases = taken.len();
            notes.push(format!(
                "{count} rounds of {kind}: {leases} Leases led by another after p50 {half:.2} s, max {most:.2} s"
            ));
        }
        notes
    }
}

/// Goes through rounds with a fleet of three over four Leases.
pub(super) async fn run(
    context: &Context,
    plane: &Plane,
    index: usize,
    rounds: usize,
) -> (Rounds, anyhow::Result<()>) {
    let mut done = Rounds::default();
    let result = go(context, plane, index, rounds, &mut done).await;
    (done, result)
}

async fn go(
    context: &Context,
    plane: &Plane,
    index: usize,
    rounds: usize,
    done: &mut Rounds,
) -> anyhow::Result<()> {
    let settings = Settings { buckets: 4, drain: Duration::from_millis(100), ..quick() };
    let fleet = Fleet::new(plane, &context.binaries, &format!("rounds-{index}"), settings).await?;
    let mut crew = Crew::new(fleet);
    let mut chance = fastrand::Rng::with_seed(context.seed.wrapping_add(index as u64));
    let mut tried = Ok(());
    for _ in 0..3 {
        tried = tried.and(crew.start(Extra::default()).map(drop));
    }
    // Each kind comes as often as it can be afforded: those told to end hand over ten times as fast as the others.
    let mut kinds: Vec<Kind> = (0..rounds)
        .map(|round| [Kind::Terminate, Kind::Kill, Kind::Stop, Kind::StopAndTerminate][round % 4])
        .collect();
    chance.shuffle(&mut kinds);
    for (number, kind) in kinds.into_iter().enumerate() {
        if tried.is_ok() {
            tried = round(plane, &mut crew, kind, &mut chance, done)
                .await
                .with_context(|| format!("round {number}, {kind}"));
        }
    }
    let finished = crew.finish().await;
    tried.and(finished).map_err(|error| anyhow!("{error:#}\n{}", crew.fleet.last_words()))
}

/// One signal, or several at once, to a process that leads something; then everything it led is led by others.
async fn round(
    plane: &Plane,
    crew: &mut Crew,
    kind: Kind,
    chance: &mut fastrand::Rng,
    done: &mut Rounds,
) -> anyhow::Result<()> {
    tokio::time::sleep(Duration::from_millis(chance.u64(..500))).await;
    let terms = crew.until_led(|_| true).await?;
    let victim = terms[chance.usize(..terms.len())].member;
    let led: Vec<String> =
        terms.into_iter().filter(|term| term.member == victim).map(|term| term.lease).collect();
    let signalled = now();
    match kind {
        Kind::Terminate => crew.terminate(victim).await?,
        Kind::Kill => crew.kill(victim).await?,
        Kind::Stop | Kind::StopAndTerminate => crew.signal(victim, Signal::STOP)?,
    }
    *done.count.entry(kind).or_default() += 1;
    if kind == Kind::Terminate || kind == Kind::Kill {
        crew.start(Extra::default())?;
    }
    for lease in &led {
        let next =
            crew.fleet.journal.until_acting(lease, signalled, PATIENCE, |member| member != victim).await?;
        done.taken.entry(kind).or_default().push(next.led - signalled);
    }
    match kind {
        Kind::Terminate | Kind::Kill => {}
        Kind::Stop => {
            let still = crew.fleet.journal.terms();
            let still = still.iter().find(|term| term.member == victim && term.stopped.is_none());
            let mark = crew.fleet.journal.mark();
            crew.signal(victim, Signal::CONT)?;
            // It finds out by itself.
            if let Some(Term { lease: last, .. }) = still {
                let stops = |event: &Event| matches!(event, Event::Stop { lease, .. } if lease == last);
                crew.until_says(mark, victim, "that it leads no more", stops).await?;
            }
        }
        Kind::StopAndTerminate => {
            told_while_stopped(plane, crew, victim, &led).await?;
            crew.start(Extra::default())?;
        }
    }
    Ok(())
}

/// The successors' Leases are as they were when the process ends that led them before.
async fn told_while_stopped(
    plane: &Plane,
    crew: &mut Crew,
    victim: MemberId,
    led: &[String],
) -> anyhow::Result<()> {
    let leases = kube::Api::namespaced(plane.client(ADMIN).await?, &crew.fleet.namespace);
    let mark = crew.fleet.journal.mark();
    let mut before = Vec::new();
    for lease in led {
        before.push(held(&leases, lease).await?);
    }
    crew.signal(victim, Signal::TERM)?;
    crew.signal(victim, Signal::CONT)?;
    crew.end(victim).await?;
    for (lease, before) in led.iter().zip(before) {
        let after = held(&leases, lease).await?;
        // On a machine that is too busy a successor can miss its own deadline. Whoever frees its Lease replaces it.
        if after != before && !lost_by_itself(crew, mark, lease) {
            bail!("{lease} was {before:?} and is {after:?} after the end of {victim}");
        }
    }
    let entries = crew.fleet.journal.entries();
    let replaced =
        entries[mark..].iter().find(|entry| entry.member != victim && entry.event.stops_for("replaced"));
    ensure!(replaced.is_none(), "a successor was replaced at the end of {victim}: {replaced:?}");
    Ok(())
}

fn lost_by_itself(crew: &Crew, mark: usize, lease: &str) -> bool {
    let entries = crew.fleet.journal.entries();
    entries[mark..].iter().any(|entry| {
        entry.event.stops_for("deadline passed")
            && matches!(&entry.event, Event::Stop { lease: l, .. } if l == lease)
    })
}
