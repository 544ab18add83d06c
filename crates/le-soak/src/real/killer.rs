//! The killer.

use std::collections::BTreeMap;
use std::time::Duration;

use rustix::process::Signal;
use tokio::time::{Instant, sleep_until};

use super::member::Members;
use super::{RealPlan, STOP};
use crate::plan::chance;

/// How often it strikes, on average.
const EVERY: Duration = Duration::from_secs(3);

/// How old a process is before anything befalls it.
const GROWN: Duration = Duration::from_secs(10);

/// Kills, stops, suspends, and starts again.
pub(super) struct Killer {
    chance: fastrand::Rng,
    /// What is to be done later.
    agenda: BTreeMap<(Instant, u64), (usize, Later)>,
    count: u64,
    pub(super) tally: BTreeMap<&'static str, u64>,
}

#[derive(Clone, Copy)]
enum Later {
    Start,
    Continue,
}

impl Killer {
    pub(super) fn new(plan: &RealPlan) -> Self {
        let chance = chance(plan.seed, &["killer"], 0);
        Self { chance, agenda: BTreeMap::new(), count: 0, tally: BTreeMap::new() }
    }

    /// What it has done so far, in words.
    pub(super) fn summary(&self) -> String {
        let words: Vec<String> = self.tally.iter().map(|(what, times)| format!("{times} {what}")).collect();
        words.join(", ")
    }

    /// Strikes again and again. At the end all run.
    pub(super) async fn kill_until(&mut self, end: Instant, members: &mut Members) -> anyhow::Result<()> {
        let mut next = Instant::now();
        while Instant::now() < end || !self.agenda.is_empty() {
            let due = self.agenda.keys().next().map(|(due, _)| *due);
            let strikes = (next < end).then_some(next);
            let Some(until) = due.into_iter().chain(strikes).min() else {
                sleep_until(end).await;
                break;
            };
            sleep_until(until).await;
            self.do_what_is_due(members)?;
            if Instant::now() >= next && next < end {
                self.strike(end, members).await?;
                next = Instant::now() + EVERY.mul_f64(self.chance.f64() * 2.0);
            }
        }
        Ok(())
    }

    fn do_what_is_due(&mut self, members: &mut Members) -> anyhow::Result<()> {
        while let Some(entry) = self.agenda.first_entry().filter(|entry| entry.key().0 <= Instant::now()) {
            match entry.remove() {
                (slot, Later::Start) => members.start(slot)?,
                (slot, Later::Continue) => members.signal(slot, Signal::CONT)?,
            }
        }
        Ok(())
    }

    async fn strike(&mut self, end: Instant, members: &mut Members) -> anyhow::Result<()> {
        let slot = self.chance.usize(members.spared..members.len());
        // Before it has set up its signals, a process that is told to stop just dies.
        let is_young = members.age(slot) < GROWN;
        if is_young || self.agenda.values().any(|(busy, _)| *busy == slot) {
            return Ok(());
        }
        let (what, later) = match self.chance.u32(..3) {
            0 => {
                members.kill(slot).await?;
                ("SIGKILL", Later::Start)
            }
            1 => {
                members.stop(slot, STOP).await?;
                ("SIGTERM", Later::Start)
            }
            _ => {
                members.signal(slot, Signal::STOP)?;
                ("SIGSTOP", Later::Continue)
            }
        };
        *self.tally.entry(what).or_default() += 1;
        self.count += 1;
        let pause = Duration::from_millis(self.chance.u64(..20_000));
        self.agenda.insert(((Instant::now() + pause).min(end), self.count), (slot, later));
        Ok(())
    }
}
