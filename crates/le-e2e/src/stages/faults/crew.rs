//! Three participants that stay in hand: whoever is not killed must live, and end with 0 when told to.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::{Context as _, bail, ensure};
use futures::future::join_all;
use rustix::process::Signal;

use crate::fleet::{Entry, Event, Extra, Fleet, Kind, Member, MemberId, Term};

/// How long anything may take that must happen. It takes a tenth of that on a machine that is idle.
pub(super) const PATIENCE: Duration = Duration::from_secs(60);

/// A fleet and its processes.
#[derive(Debug)]
pub(super) struct Crew {
    pub(super) fleet: Fleet,
    members: BTreeMap<MemberId, Member>,
}

impl Crew {
    pub(super) fn new(fleet: Fleet) -> Self {
        Self { fleet, members: BTreeMap::new() }
    }

    /// Starts one that leads everything, and then two more of the same ways.
    pub(super) async fn three(&mut self, first: Extra, others: [Extra; 2]) -> anyhow::Result<MemberId> {
        let leader = self.start(first)?;
        self.until_led(|member| member == leader).await?;
        for other in others {
            self.start(other)?;
        }
        // They have seen by now who leads.
        tokio::time::sleep(Duration::from_millis(1500)).await;
        Ok(leader)
    }

    pub(super) fn start(&mut self, extra: Extra) -> anyhow::Result<MemberId> {
        let member = self.fleet.start_with(Kind::Rust, extra)?;
        let id = member.id;
        self.members.insert(id, member);
        Ok(id)
    }

    pub(super) fn signal(&self, id: MemberId, signal: Signal) -> anyhow::Result<()> {
        self.members.get(&id).context("it has ended")?.signal(signal)
    }

    /// Kills one, and waits for its last words.
    pub(super) async fn kill(&mut self, id: MemberId) -> anyhow::Result<()> {
        self.signal(id, Signal::KILL)?;
        let mut member = self.members.remove(&id).context("it has ended")?;
        member.end(PATIENCE).await?;
        Ok(())
    }

    /// Waits for the end of one that was told to, which must be with 0.
    pub(super) async fn end(&mut self, id: MemberId) -> anyhow::Result<()> {
        let mut member = self.members.remove(&id).context("it has ended")?;
        let status = member.end(PATIENCE).await?;
        ensure!(status.success(), "{id} was told to end, and ended with {status}");
        Ok(())
    }

    pub(super) async fn terminate(&mut self, id: MemberId) -> anyhow::Result<()> {
        self.signal(id, Signal::TERM)?;
        self.end(id).await
    }

    /// Tells all but one to end, after which that one must lead everything.
    pub(super) async fn leave(&mut self, id: MemberId) -> anyhow::Result<()> {
        let others: Vec<MemberId> = self.members.keys().copied().filter(|other| *other != id).collect();
        for other in others {
            self.terminate(other).await?;
        }
        self.until_led(|member| member == id).await.context("the one that is left does not lead")?;
        Ok(())
    }

    /// Tells all to end, and makes sure that all were still there, end with 0, and were in order all the time.
    pub(super) async fn finish(&mut self) -> anyhow::Result<()> {
        for member in self.members.values_mut() {
            if let Some(status) = member.ended()? {
                bail!("{} ended by itself, with {status}", member.identity);
            }
        }
        let members = std::mem::take(&mut self.members);
        let ended = members.into_values().map(|mut member| async move { member.terminate(PATIENCE).await });
        for ended in join_all(ended).await {
            ended?;
        }
        self.fleet.ensure_in_order()
    }

    /// Waits until somebody who fits acts on every Lease.
    pub(super) async fn until_led(&self, fits: impl Fn(MemberId) -> bool) -> anyhow::Result<Vec<Term>> {
        self.fleet.until_all_led(PATIENCE, fits).await
    }

    /// Waits until this one says something that fits, after a mark in the journal.
    pub(super) async fn until_says(
        &self,
        mark: usize,
        id: MemberId,
        what: &str,
        fits: impl Fn(&Event) -> bool,
    ) -> anyhow::Result<Entry> {
        let entry = |entry: &Entry| entry.member == id && fits(&entry.event);
        self.fleet.journal.until(mark, PATIENCE, what, entry).await
    }

    /// Waits until somebody else acts on everything, and makes sure that one, which was cut off at a moment, had stopped by itself:
    /// its right ends one renew deadline after whatever it sent last.
    pub(super) async fn is_succeeded(&self, id: MemberId, cut: f64) -> anyhow::Result<()> {
        self.until_led(|member| member != id).await.context("nobody takes over")?;
        self.acted_no_later(|term| term.member == id, cut)
    }

    /// Makes sure that in terms from before a moment nobody acted for longer than the renew deadline after it.
    pub(super) fn acted_no_later(&self, whose: impl Fn(&Term) -> bool, cut: f64) -> anyhow::Result<()> {
        let most = self.fleet.settings.renew.as_secs_f64();
        for term in self.fleet.journal.terms().iter().filter(|term| term.led < cut && whose(term)) {
            let after = term.acts.map_or(0.0, |(_, last)| last - cut);
            ensure!(
                after <= most,
                "{} acted on {} for {after:.3} s after it was cut off",
                term.member,
                term.lease
            );
        }
        Ok(())
    }

    /// How long after a moment the first of each Lease's next terms began.
    pub(super) fn next_terms(&self, whose: impl Fn(MemberId) -> bool, after: f64) -> Vec<f64> {
        let mut first: BTreeMap<String, f64> = BTreeMap::new();
        for term in self.fleet.journal.terms().iter().filter(|term| term.led >= after && whose(term.member)) {
            let led = first.entry(term.lease.clone()).or_insert(term.led);
            *led = led.min(term.led);
        }
        first.into_values().map(|led| led - after).collect()
    }
}
