//! Decides what goes wrong and when: storms, and calm after each.

mod strangers;
mod weather;

use std::collections::BTreeMap;
use std::time::Duration;

use le_testkit::ApiServer;
use tokio::runtime::Handle;
use tokio::time::{Instant, sleep, sleep_until};

use crate::arena::Arena;
use crate::compared::middle;
use crate::entry::{Name, What};
use crate::fleet::{End, Fleet};
use crate::measure::{Calm, Reading};
use crate::network::Network;
use crate::plan::Plan;
use weather::{ALL_ONE_IN, COMPACTED, DOWN, Effect, KINDS};

/// How long the replicas have at the beginning before anything goes wrong.
const PEACE: Duration = Duration::from_secs(10);
/// How often something befalls one replica.
const EVERY: Duration = Duration::from_secs(12);
/// In a storm one of so many writes of the work is late.
const LATE_ONE_IN: u64 = 150;
/// For how long the figures of a calm are taken.
const MEASURED: Duration = Duration::from_secs(60);
/// How often it is looked in that time. The middle of all looks counts: after a storm that befell all replicas at once, their
/// watches end at one time, too, and are opened anew. Each look is at some whole retry periods, for those who lead renew in step.
const LOOKS: u32 = 6;

/// Decides what goes wrong and when.
pub(crate) struct Director {
    pub(crate) plan: Plan,
    pub(crate) server: ApiServer,
    pub(crate) network: Network,
    pub(crate) arena: Arena,
    pub(crate) fleet: Fleet,
    pub(crate) leases: Vec<Name>,
    pub(crate) chance: fastrand::Rng,
    pub(crate) ends: BTreeMap<(Instant, u64), Effect>,
    pub(crate) count: u64,
}

impl Director {
    /// Directs for the whole length, and returns what was measured in each calm. `told` hears after each phase.
    pub(crate) async fn direct(mut self, told: &mut dyn FnMut(Duration, &Arena)) -> Vec<Calm> {
        for slot in 0..self.fleet.len() {
            self.fleet.start(slot, true);
        }
        sleep(PEACE).await;
        let cycles = (self.plan.length.as_secs() / (Plan::STORM + Plan::CALM).as_secs()).max(1);
        let cycle = self.plan.length / u32::try_from(cycles).unwrap_or(u32::MAX);
        let mut calms = Vec::new();
        for number in 1..=cycles {
            let ends = cycle * u32::try_from(number).unwrap_or(u32::MAX);
            let until = Instant::now() + ends.saturating_sub(Plan::CALM).saturating_sub(self.arena.now());
            self.storm(until).await;
            told(self.arena.now(), &self.arena);
            calms.push(self.calm().await);
            told(self.arena.now(), &self.arena);
        }
        self.fleet.end().await;
        calms
    }

    async fn storm(&mut self, until: Instant) {
        self.network.let_late(LATE_ONE_IN);
        let mean = EVERY / u32::try_from(self.fleet.len()).unwrap_or(u32::MAX);
        let mut next = Instant::now();
        while Instant::now() < until {
            let end = self.ends.keys().next().map_or(until, |(end, _)| *end);
            sleep_until(next.min(end).min(until)).await;
            self.lift(Instant::now());
            if Instant::now() >= next {
                self.strike(until).await;
                next = Instant::now() + mean.mul_f64(self.chance.f64() * 2.0);
            }
        }
        self.lift(until + Duration::from_secs(3600));
        self.server.faults().clear();
        self.network.let_late(0);
    }

    /// Lets one thing go wrong.
    async fn strike(&mut self, until: Instant) {
        let slot = self.chance.usize(..self.fleet.len());
        let (name, lease) = (self.fleet.name(slot), self.chance.usize(..self.leases.len()));
        match self.chance.u32(..100) {
            ..12 => self.end_one(slot, until),
            12..20 => self.rob(&self.leases[lease].clone()).await,
            _ => {
                let kind = match self.chance.usize(..KINDS.len() + 2) {
                    one if one < KINDS.len() => &KINDS[one],
                    _ if self.chance.u32(..ALL_ONE_IN) > 0 => return,
                    one if one == KINDS.len() => &DOWN,
                    _ => &COMPACTED,
                };
                let cause = (kind.strike)(&mut self.chance, &self.server, &name);
                self.arena.note(&name, What::Fault { kind: kind.name });
                let lasts = Duration::from_millis(self.chance.u64(kind.lasts_ms.clone()));
                self.count += 1;
                let effect = Effect { kind: kind.name, client: name, cause };
                self.ends.insert((Instant::now() + lasts, self.count), effect);
            }
        }
    }

    fn end_one(&mut self, slot: usize, until: Instant) {
        let how = if self.chance.bool() { End::Stop } else { End::Crash };
        let pause = Duration::from_millis(self.chance.u64(..15_000));
        let new = self.chance.bool();
        if self.fleet.restart(slot, how, pause, until, new) {
            let kind = if new { "restart under a new identity" } else { "restart under the same identity" };
            self.arena.note(&self.fleet.name(slot), What::Struck { kind, times: 1 });
        }
    }

    /// Ends what has lasted until `now`.
    fn lift(&mut self, now: Instant) {
        while let Some(entry) = self.ends.first_entry().filter(|entry| entry.key().0 <= now) {
            let effect = entry.remove();
            let times = effect.lift(&self.server);
            if times > 0 {
                self.arena.note(&effect.client, What::Struck { kind: effect.kind, times });
            }
        }
    }

    async fn calm(&mut self) -> Calm {
        let who: Name = "world".into();
        let began = Instant::now();
        self.arena.note(&who, What::Calm);
        sleep(Plan::SETTLED).await;
        // What acts at this instant has acted.
        sleep(Plan::ACT).await;
        self.arena.note(&who, What::Due);
        if self.fleet.running() < self.fleet.len() {
            self.arena.accuse(&who, What::Due, "not all replicas run");
        }
        let (mut tasks, mut requests) = (Vec::new(), Vec::new());
        for _ in 0..LOOKS {
            let before = self.arena.progress().0;
            sleep(MEASURED / LOOKS).await;
            tasks.push(Handle::current().metrics().num_alive_tasks() as u64);
            requests.push(self.arena.progress().0 - before);
        }
        let requests = middle(requests) * u64::from(LOOKS);
        let calm = Calm { at: self.arena.now(), reading: Reading::take(), tasks: middle(tasks), requests };
        sleep_until(began + Plan::CALM).await;
        calm
    }
}

/// What must have happened in a run of full length: all that can go wrong on the way, what strangers do, how replicas end, and
/// what comes of it.
pub(crate) fn kinds() -> impl Iterator<Item = &'static str> {
    let others = [
        "late on the way",
        "deleted",
        "freed",
        "taken",
        "emptied",
        "stopped",
        "crashed",
        "restart under the same identity",
        "restart under a new identity",
        "refused",
        "promotion failed",
        "fenced",
        "cancelled",
        "outlasted",
        "watch lost",
        "watch back",
        "failed",
        "recovered",
        "release",
        "hold",
    ];
    KINDS.iter().chain([&DOWN, &COMPACTED]).map(|kind| kind.name).chain(others)
}
