//! The processes.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::Context;
use le_e2e::fleet::{Journal, Kind, Line, MemberId, Term};
use le_e2e::process::{Process, Start};
use le_testkit::Listening;
use rustix::process::Signal;
use tokio::time::Instant;

use super::RealPlan;

/// What the names of the Leases begin with.
const PREFIX: &str = "soak";
/// How old the last act on a Lease may be that somebody leads.
const LATELY: f64 = 2.0;

/// All processes, by slot. Those of the first slots are never killed.
pub(super) struct Members {
    elect: PathBuf,
    folder: PathBuf,
    journal: Arc<Journal>,
    leases: u32,
    pub(super) spared: usize,
    slots: Vec<Slot>,
    started: usize,
}

struct Slot {
    kubeconfig: PathBuf,
    process: Option<Process>,
    started: Option<Instant>,
    /// How many tasks it has said that it has.
    tasks: Arc<AtomicU64>,
}

impl Members {
    pub(super) fn new(
        plan: &RealPlan,
        listening: &Listening,
        folder: &Path,
        journal: Arc<Journal>,
    ) -> anyhow::Result<Self> {
        let slot = |number: usize| {
            let kubeconfig = folder.join(format!("{number}.kubeconfig"));
            std::fs::write(&kubeconfig, listening.kubeconfig(&format!("p{number}")))?;
            Ok(Slot { kubeconfig, process: None, started: None, tasks: Arc::default() })
        };
        let slots = (0..plan.processes).map(slot).collect::<std::io::Result<_>>();
        Ok(Self {
            elect: plan.elect.clone(),
            folder: folder.to_owned(),
            journal,
            leases: plan.leases,
            spared: plan.spared,
            slots: slots.context("cannot write kubeconfigs")?,
            started: 0,
        })
    }

    pub(super) fn len(&self) -> usize {
        self.slots.len()
    }

    /// Starts a process in a slot that has none, under an identity of its own.
    pub(super) fn start(&mut self, slot: usize) -> anyhow::Result<()> {
        let id = MemberId(self.started);
        self.started += 1;
        let name = format!("p{slot}-{}", id.0);
        let (journal, tasks) = (Arc::clone(&self.journal), Arc::clone(&self.slots[slot].tasks));
        let options = [("--identity", name.clone()), ("--buckets", self.leases.to_string())];
        let same = [("--namespace", "default"), ("--name-prefix", PREFIX), ("--act-every", "50ms")];
        let same = same.map(|(key, value)| (key, value.to_owned()));
        let start = Start {
            name,
            program: &self.elect,
            args: options.into_iter().chain(same).flat_map(|(key, value)| [key.to_owned(), value]).collect(),
            kubeconfig: &self.slots[slot].kubeconfig,
            environment: Vec::new(),
            folder: &self.folder,
        };
        let process = Process::start(start, move |text| {
            // A line that is cut, by SIGKILL in the middle of it, says nothing.
            if let Ok(line) = serde_json::from_str::<Line>(&text) {
                journal.hear(id, Kind::Rust, line);
            } else if let Ok(line) = serde_json::from_str::<serde_json::Value>(&text)
                && let Some(count) = line["tasks"].as_u64()
            {
                tasks.store(count, Ordering::Relaxed);
            }
        })?;
        self.slots[slot].process = Some(process);
        self.slots[slot].started = Some(Instant::now());
        Ok(())
    }

    /// How long ago the last process of a slot was started.
    pub(super) fn age(&self, slot: usize) -> Duration {
        self.slots[slot].started.map_or(Duration::ZERO, |started| started.elapsed())
    }

    pub(super) fn signal(&self, slot: usize, signal: Signal) -> anyhow::Result<()> {
        self.process(slot)?.signal(signal)
    }

    pub(super) fn pid(&self, slot: usize) -> anyhow::Result<u32> {
        self.process(slot)?.pid().with_context(|| format!("p{slot} has ended"))
    }

    /// Returns how many tasks a process said that it had, when it was asked last.
    pub(super) fn tasks(&self, slot: usize) -> u64 {
        self.slots[slot].tasks.load(Ordering::Relaxed)
    }

    /// Kills the process of a slot.
    pub(super) async fn kill(&mut self, slot: usize) -> anyhow::Result<()> {
        let mut process = self.slots[slot].process.take().context("nobody is there to be killed")?;
        process.kill().await
    }

    /// Stops the process of a slot, in order.
    pub(super) async fn stop(&mut self, slot: usize, within: Duration) -> anyhow::Result<()> {
        let mut process = self.slots[slot].process.take().context("nobody is there to be stopped")?;
        process.terminate(within).await
    }

    /// Stops all that run, and returns what went wrong.
    pub(super) async fn stop_all(&mut self, within: Duration) -> Vec<String> {
        let mut wrong = Vec::new();
        for slot in 0..self.len() {
            if let Err(error) = self.stop(slot, within).await {
                wrong.push(format!("p{slot}: {error:#}"));
            }
        }
        wrong
    }

    /// How many processes run.
    pub(super) fn running(&mut self) -> u64 {
        let runs = |slot: &mut Slot| {
            slot.process.as_mut().is_some_and(|process| matches!(process.ended(), Ok(None)))
        };
        self.slots.iter_mut().map(|slot| u64::from(runs(slot))).sum()
    }

    /// Finds Leases on which nobody has acted lately.
    pub(super) fn idle_leases(&self) -> Vec<String> {
        let led: BTreeSet<String> = self.acting().into_iter().map(|term| term.lease).collect();
        let names = (0..self.leases).map(|index| format!("{PREFIX}.{index:02}-of-{:02}", self.leases));
        names.filter(|name| !led.contains(name)).map(|name| format!("nobody leads {name}")).collect()
    }

    /// The terms in which somebody has acted lately.
    fn acting(&self) -> Vec<Term> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs_f64();
        let mut terms = self.journal.terms();
        terms.retain(|term| term.acts.is_some_and(|(_, last)| last > now - LATELY));
        terms
    }

    fn process(&self, slot: usize) -> anyhow::Result<&Process> {
        self.slots[slot].process.as_ref().with_context(|| format!("p{slot} does not run"))
    }
}
