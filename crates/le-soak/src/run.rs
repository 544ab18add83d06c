//! Runs a plan.

use std::collections::BTreeMap;
use std::io::Write;
use std::time::Duration;

use anyhow::Context;
use le_config::{Config, Timing};
use le_testkit::ApiServer;
use tokio::runtime::Builder;
use tokio::time::interval;

use crate::arena::Arena;
use crate::compared::Compared;
use crate::director::{Director, kinds};
use crate::entry::Name;
use crate::fleet::Fleet;
use crate::measure::Calm;
use crate::network::Network;
use crate::plan::{Plan, chance};
use crate::verdict::Broken;
use crate::{replica, world};

/// How many requests the server keeps: the journal has them all.
const KEPT: usize = 1_000;

/// How many changes the server remembers: fewer than one calm brings, so that its memory is full whenever it is measured.
const REMEMBERED: usize = 1_000;
/// The part of a run that is for warming up: what is measured in the first calm after it is the start.
const WARM_UP: u32 = 4;

/// What came out of a run.
#[derive(Debug)]
#[non_exhaustive]
pub struct Outcome {
    /// The rules that were broken.
    pub broken: Vec<Broken>,
    /// How often each kind of thing happened.
    pub tally: BTreeMap<&'static str, u64>,
    /// How often a rule was broken within one renew deadline of a stranger's taking a Lease away, which is documented.
    pub excused: u64,
    /// The most requests that one replica has sent about one Lease within a retry period.
    pub busiest: usize,
    /// The longest that it took after the end of all faults until every bucket was led.
    pub settled: Duration,
    /// A number that differs where journals do.
    pub digest: u64,
    /// What was measured in each calm.
    pub calms: Vec<Calm>,
}

impl Outcome {
    /// Returns what should have happened in a run of full length, and never did.
    #[must_use]
    pub fn missing(&self) -> Vec<&'static str> {
        kinds().filter(|kind| !self.tally.contains_key(kind)).collect()
    }

    /// Compares the first calm after a quarter of the run with the last one; nothing where they are the same.
    #[must_use]
    pub fn compared(&self) -> Vec<Compared> {
        let Some(end) = self.calms.last() else { return Vec::new() };
        let warm = |calm: &&Calm| calm.at >= end.at / WARM_UP;
        let Some(start) = self.calms.iter().find(warm).filter(|start| start.at < end.at) else {
            return Vec::new();
        };
        let open = |calm: &Calm| calm.reading.files + calm.reading.sockets;
        vec![
            Compared::new("resident memory, KiB", start.reading.resident, end.reading.resident),
            Compared::new("open files", open(start), open(end)),
            Compared::new("tasks", start.tasks, end.tasks),
            Compared::new("requests per virtual minute", start.requests, end.requests),
        ]
    }
}

/// Runs a plan, in virtual time and on this thread. The journal goes to `out`, and `told` hears from time to time how far it is:
/// how long it has been going on, how many requests there were, and how many rules were broken.
///
/// # Errors
///
/// When the plan makes no sense, or the journal cannot be written.
pub fn run(
    plan: &Plan,
    out: Option<Box<dyn Write + Send>>,
    told: &mut dyn FnMut(Duration, u64, usize),
) -> anyhow::Result<Outcome> {
    // Without I/O: nothing from outside can wake anybody.
    let runtime = Builder::new_current_thread().enable_time().start_paused(true).build()?;
    runtime.block_on(play(plan, out, told))
}

async fn play(
    plan: &Plan,
    out: Option<Box<dyn Write + Send>>,
    told: &mut dyn FnMut(Duration, u64, usize),
) -> anyhow::Result<Outcome> {
    let timing = Timing::new(Plan::LEASE, Plan::RENEW, Plan::RETRY)?;
    let component = Config::new(plan.buckets, timing)?.component("soak");
    let names = component.lease_names(replica::QUEUE)?;
    let leases: Vec<Name> = names.iter().map(|name| Name::from(name.as_str())).collect();
    let server = ApiServer::new();
    server.remember(REMEMBERED).log().keep(KEPT);
    let objects = plan.objects * plan.buckets;
    anyhow::ensure!(objects > 0 && plan.replicas > 0, "it takes at least one replica, bucket and object");
    world::fill(&server, objects);

    let arena = Arena::new(plan, leases.clone(), out);
    let network = Network::new(server.clone(), arena.clone(), plan.seed);
    tokio::spawn(look(arena.clone()));
    tokio::spawn(world::want(server.client("user"), objects));
    tokio::spawn(world::observe(server.client("observer"), arena.clone()));
    let fleet = Fleet::new(plan.replicas, component, network.clone(), arena.clone(), plan.seed);
    let director = Director {
        plan: plan.clone(),
        server,
        network,
        arena: arena.clone(),
        fleet,
        leases,
        chance: chance(plan.seed, &["director"], 0),
        ends: BTreeMap::new(),
        count: 0,
    };
    let calms = director
        .direct(&mut |at, arena| {
            let (requests, broken) = arena.progress();
            told(at, requests, broken);
        })
        .await;
    let record = arena.finish().context("cannot write the journal")?;
    Ok(Outcome {
        broken: record.verdict.broken().to_vec(),
        excused: record.verdict.excused(),
        busiest: record.verdict.busiest(),
        settled: record.verdict.settled(),
        tally: record.tally,
        digest: record.digest,
        calms,
    })
}

/// Lets everybody who leads act, again and again.
async fn look(arena: Arena) {
    let mut ticks = interval(Plan::ACT);
    loop {
        ticks.tick().await;
        arena.look();
    }
}
