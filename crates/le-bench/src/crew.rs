//! Processes that elect over the same Leases of a real API server, and what they cost.

mod usage;
mod window;

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use k8s_openapi::api::coordination::v1::Lease;
use kube::Api;
use kube::api::ListParams;
use le_e2e::fleet::{Fleet, Kind, Member, MemberId, Settings};
use le_e2e::plane::{ADMIN, Plane};
use le_e2e::tools::Binaries;
use rustix::process::Signal;
use tokio::time::sleep;

pub use usage::Usage;
pub use window::{Cost, Window};

/// Processes of one kind, ours or client-go's. Dropping it kills them.
#[derive(Debug)]
pub struct Crew<'a> {
    plane: &'a Plane,
    fleet: Fleet,
    kind: Kind,
    members: Vec<Member>,
}

/// How long to wait for anything.
const PATIENCE: Duration = Duration::from_secs(180);

/// Nobody is to act: that would be measured too.
const NEVER: Duration = Duration::from_secs(100_000);

/// How a crew is set: so many Leases, and the three durations in seconds.
#[must_use]
pub fn settings(buckets: u32, [lease, renew, retry]: [u64; 3]) -> Settings {
    let [lease, renew, retry] = [lease, renew, retry].map(Duration::from_secs);
    Settings { buckets, lease, renew, retry, act_every: NEVER, drain: Duration::ZERO }
}

impl<'a> Crew<'a> {
    /// Makes a place for a crew.
    ///
    /// # Errors
    ///
    /// When the API server refuses.
    pub async fn new(
        plane: &'a Plane,
        binaries: &Arc<Binaries>,
        namespace: &str,
        kind: Kind,
        settings: Settings,
    ) -> anyhow::Result<Self> {
        let fleet = Fleet::new(plane, binaries, namespace, settings).await?;
        Ok(Self { plane, fleet, kind, members: Vec::new() })
    }

    /// Starts one more process.
    ///
    /// # Errors
    ///
    /// When it cannot be started.
    pub fn join(&mut self) -> anyhow::Result<()> {
        self.members.push(self.fleet.start(self.kind)?);
        Ok(())
    }

    /// Waits until every Lease is led by somebody, and returns the moment of the last one, in seconds of Unix time.
    ///
    /// # Errors
    ///
    /// When that takes three minutes, or a process has ended.
    pub async fn until_all_led(&mut self) -> anyhow::Result<f64> {
        let began = Instant::now();
        let wanted = self.fleet.settings.buckets as usize;
        loop {
            let terms = self.fleet.journal.terms();
            let led: Vec<f64> =
                terms.iter().filter(|term| term.stopped.is_none()).map(|term| term.led).collect();
            if led.len() >= wanted {
                return Ok(led.into_iter().fold(0.0, f64::max));
            }
            ensure!(
                began.elapsed() < PATIENCE,
                "{} of {wanted} Leases are led after {PATIENCE:?}; {}",
                led.len(),
                self.fleet.last_words()
            );
            for member in &mut self.members {
                ensure!(
                    member.ended()?.is_none(),
                    "{} has ended; {}",
                    member.identity,
                    self.fleet.last_words()
                );
            }
            sleep(Duration::from_millis(200)).await;
        }
    }

    /// Measures for so long.
    ///
    /// # Errors
    ///
    /// When the system, or the API server's log, cannot be read.
    pub async fn window(&self, length: Duration) -> anyhow::Result<Window> {
        let pids: Vec<u32> = self.members.iter().filter_map(Member::pid).collect();
        let users: Vec<String> = self.members.iter().map(|member| self.fleet.user_of(member.id)).collect();
        window::measure(self.plane, &self.fleet.namespace, &pids, &users, length).await
    }

    /// Ends a process by SIGTERM and returns how long that took.
    ///
    /// # Errors
    ///
    /// When it does not end in order.
    pub async fn end_one(&mut self, index: usize) -> anyhow::Result<Duration> {
        let mut member = self.members.remove(index);
        let began = Instant::now();
        member.signal(Signal::TERM)?;
        let status = member.end(PATIENCE).await?;
        ensure!(status.success(), "{} ended with {status}", member.identity);
        Ok(began.elapsed())
    }

    /// Counts the Leases that are held.
    ///
    /// # Errors
    ///
    /// When the API server refuses.
    pub async fn held(&self) -> anyhow::Result<usize> {
        let leases: Api<Lease> = Api::namespaced(self.plane.client(ADMIN).await?, &self.fleet.namespace);
        let list = leases.list(&ListParams::default()).await.context("cannot list the Leases")?;
        let holder = |lease: &Lease| lease.spec.as_ref()?.holder_identity.clone();
        Ok(list.iter().filter(|lease| holder(lease).is_some_and(|holder| !holder.is_empty())).count())
    }

    /// Counts the terms that ended, of processes which still run: none should, while nothing goes wrong.
    #[must_use]
    pub fn losses(&self) -> usize {
        let runs = |id: MemberId| self.members.iter().any(|member| member.id == id);
        self.fleet.journal.terms().iter().filter(|term| term.stopped.is_some() && runs(term.member)).count()
    }
}
