//! The same with real processes and in real time: `elect` over HTTP, and a killer among them.

mod killer;
mod member;
mod watching;

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use le_e2e::fleet::Journal;
use le_e2e::verdict::{Verdict, judge};
use le_testkit::ApiServer;
use tokio::time::{Instant, sleep, sleep_until};

use crate::compared::Compared;
use killer::Killer;
use member::Members;
use watching::Looks;

/// What a run with processes is made of.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "a run is made by naming all that it depends on")]
pub struct RealPlan {
    /// How many processes there are.
    pub processes: usize,
    /// How many of them are never killed: those whose memory is compared.
    pub spared: usize,
    /// How many Leases they compete for.
    pub leases: u32,
    /// How long it takes.
    pub length: Duration,
    /// What the killer's chance comes from. Nothing else is the same for the same seed.
    pub seed: u64,
    /// The program `elect`.
    pub elect: PathBuf,
}

/// What came out of a run with processes.
#[derive(Debug)]
#[non_exhaustive]
pub struct RealOutcome {
    /// What was measured at the start and at the end.
    pub compared: Vec<Compared>,
    /// What the processes' own words say.
    pub verdict: Verdict,
    /// What the killer did, how often.
    pub tally: BTreeMap<&'static str, u64>,
    /// What else went wrong.
    pub wrong: Vec<String>,
}

/// How many rounds there are of a storm and a calm.
const ROUNDS: u32 = 4;
/// How many rounds are for warming up: what is measured in the calm after them is the start.
const WARM_UP: usize = 1;
/// How many requests the server keeps.
const KEPT: usize = 1_000;
/// How many changes the server remembers: fewer than one calm brings, so that its memory is full whenever it is looked at.
const REMEMBERED: usize = 500;
/// How long before its end a calm is measured, and how often in that time.
pub(crate) const MEASURED: Duration = Duration::from_secs(60);
/// How long the connections take to be closed that only a storm needed.
const IDLE: Duration = Duration::from_secs(90);
/// How long a process may take to stop.
const STOP: Duration = Duration::from_secs(30);

/// Runs processes beside a killer.
///
/// # Errors
///
/// When a process cannot be started or signalled, or the server cannot listen.
pub async fn run_real(plan: &RealPlan, told: &mut dyn FnMut(Duration, &str)) -> anyhow::Result<RealOutcome> {
    anyhow::ensure!(
        (1..plan.processes).contains(&plan.spared),
        "somebody must be spared, and somebody must be there to be killed"
    );
    let began = Instant::now();
    let server = ApiServer::new();
    server.remember(REMEMBERED).log().keep(KEPT);
    let listening = server.listen(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).await?;
    let folder = tempfile::tempdir().context("cannot make a folder")?;
    let journal = Arc::new(Journal::default());
    let mut members = Members::new(plan, &listening, folder.path(), Arc::clone(&journal))?;
    for slot in 0..plan.processes {
        members.start(slot)?;
    }

    let mut killer = Killer::new(plan);
    let mut looks = Vec::new();
    let mut wrong = Vec::new();
    for round in 1..=ROUNDS {
        let end = began + plan.length * round / ROUNDS;
        let calm = (MEASURED + IDLE).min(plan.length / ROUNDS / 2);
        killer.kill_until(end - calm, &mut members).await?;
        told(began.elapsed(), &format!("round {round}: calm, after {}", killer.summary()));
        sleep_until(end - MEASURED.min(calm)).await;
        let look = Looks::take(&server, &mut members, end).await?;
        told(began.elapsed(), &format!("round {round}: {look}"));
        wrong.extend(look.too_many_sockets(plan.processes as u64));
        looks.push(look);
        wrong.extend(members.idle_leases());
    }
    wrong.extend(members.stop_all(STOP).await);
    sleep(Duration::from_millis(100)).await;
    listening.shutdown().await;

    let (first, last) =
        (looks.get(WARM_UP).context("there was no calm")?, looks.last().context("nor an end")?);
    let verdict = judge(&journal.terms());
    Ok(RealOutcome { compared: first.beside(last), verdict, tally: killer.tally, wrong })
}
