//! Three workers, each behind a network of its own.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::ensure;

use super::store::Store;
use super::told::Told;
use crate::plane::{OPERATOR, Plane};
use crate::process::{Process, Start};
use crate::proxy::{Proxy, Weather};
use crate::tools::program;

/// How many replicas there are, under one service account, as those of a Deployment.
const REPLICAS: usize = 3;
/// Among how many buckets the objects are divided.
pub(super) const BUCKETS: u32 = 4;
/// The lease duration.
pub(super) const LEASE: Duration = Duration::from_secs(3);
const RENEW: Duration = Duration::from_secs(2);
const RETRY: Duration = Duration::from_millis(500);
/// How long one may take to drain and release.
const GRACE: Duration = Duration::from_secs(30);

/// Where the operator and its objects are: the namespace of its service account.
pub(super) const NAMESPACE: &str = "acme";

#[derive(Debug)]
pub(super) struct Crew {
    program: PathBuf,
    folder: PathBuf,
    store: String,
    pub(super) told: Arc<Told>,
    pub(super) seats: Vec<Seat>,
    started: usize,
    /// How many were killed, which may have cut a line.
    pub(super) killed: usize,
}

/// A place for a replica: whoever takes it comes by the same way to the API server.
#[derive(Debug)]
pub(super) struct Seat {
    proxy: Proxy,
    kubeconfig: PathBuf,
    pub(super) worker: String,
    pub(super) process: Process,
}

impl Crew {
    pub(super) async fn start(plane: &Plane, store: &Store) -> anyhow::Result<Self> {
        let mut crew = Self {
            program: program("worker")?,
            folder: plane.folder().to_owned(),
            store: store.url(),
            told: Arc::default(),
            seats: Vec::new(),
            started: 0,
            killed: 0,
        };
        for _ in 0..REPLICAS {
            let proxy = Proxy::start(plane, OPERATOR).await?;
            let kubeconfig = proxy.kubeconfig(plane)?;
            let (worker, process) = crew.worker(&kubeconfig)?;
            crew.seats.push(Seat { proxy, kubeconfig, worker, process });
        }
        Ok(crew)
    }

    fn worker(&mut self, kubeconfig: &PathBuf) -> anyhow::Result<(String, Process)> {
        let worker = format!("worker-{}", self.started);
        self.started += 1;
        let args = [
            ("identity", worker.clone()),
            ("namespace", NAMESPACE.to_owned()),
            ("store", self.store.clone()),
            ("buckets", BUCKETS.to_string()),
            ("lease", LEASE.as_millis().to_string()),
            ("renew", RENEW.as_millis().to_string()),
            ("retry", RETRY.as_millis().to_string()),
        ];
        let start = Start {
            name: worker.clone(),
            program: &self.program,
            args: args.into_iter().map(|(flag, value)| format!("--{flag}={value}")).collect(),
            kubeconfig,
            environment: Vec::new(),
            folder: &self.folder,
        };
        let (told, name) = (Arc::clone(&self.told), worker.clone());
        let process = Process::start(start, move |line| told.hear(&name, &line))?;
        Ok((worker, process))
    }

    /// Puts another in this place.
    fn replace(&mut self, seat: usize) -> anyhow::Result<()> {
        let kubeconfig = self.seats[seat].kubeconfig.clone();
        let (worker, process) = self.worker(&kubeconfig)?;
        self.seats[seat].worker = worker;
        self.seats[seat].process = process;
        Ok(())
    }

    /// Terminates one in order, and puts another in its place.
    pub(super) async fn terminate(&mut self, seat: usize) -> anyhow::Result<()> {
        self.seats[seat].process.terminate(GRACE).await?;
        self.replace(seat)
    }

    /// Kills one, and puts another in its place.
    pub(super) async fn kill(&mut self, seat: usize) -> anyhow::Result<()> {
        self.seats[seat].process.kill().await?;
        self.killed += 1;
        self.replace(seat)
    }

    /// Changes what goes wrong on the way of one.
    pub(super) fn weather(&self, seat: usize, weather: Weather) {
        self.seats[seat].proxy.set(weather);
    }

    /// Ends the watches of one.
    pub(super) fn cut_watches(&self, seat: usize) {
        self.seats[seat].proxy.cut_watches();
    }

    /// The place of whoever leads the most buckets.
    pub(super) fn busiest(&self) -> usize {
        let led = |seat: &usize| self.told.led_by(&self.seats[*seat].worker);
        (0..self.seats.len()).max_by_key(led).unwrap_or_default()
    }

    /// Makes sure that nobody has ended without being told to.
    pub(super) fn all_run(&mut self) -> anyhow::Result<()> {
        for Seat { worker, process, .. } in &mut self.seats {
            let ended = process.ended()?;
            ensure!(
                ended.is_none(),
                "{worker} has ended by itself ({ended:?}); it said last:\n{}",
                process.last_words()
            );
        }
        Ok(())
    }

    /// Terminates all in order.
    pub(super) async fn finish(mut self) -> anyhow::Result<()> {
        for seat in &mut self.seats {
            seat.process.terminate(GRACE).await?;
        }
        Ok(())
    }
}
