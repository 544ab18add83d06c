//! Decides what happens next.

use std::ffi::OsString;
use std::time::Duration;

use k8s_openapi::api::coordination::v1::Lease;
use kube::Api;
use kube::api::ApiResource;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::{AbortHandle, JoinSet};
use tokio::time::{Interval, MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

use super::cluster::Cluster;
use super::fleet::Fleet;
use super::input::{Exit, Input};
use super::scene::Scene;
use super::schedule::{PATIENCE, Schedule};
use super::standstill::{CALM, Stage, Standstill, Step};
use super::{Ending, objects, watches};
use crate::cli::Settings;
use crate::fault::Fault;
use crate::ledger::Kind;
use crate::replica::STOP_BOUND;
use crate::report::{Replica, Report};
use crate::stamp::Stamp;
use crate::view::{Log, View};

/// How often to look at the schedule, and at the board.
const TICK: Duration = Duration::from_millis(50);
/// How long a process may take to end after a signal, or a new one to run.
const REPLACE_BOUND: Duration = Duration::from_secs(20).saturating_add(STOP_BOUND);

/// The state of a run.
#[derive(Debug)]
pub(super) struct Conductor {
    scene: Scene,
    fleet: Fleet,
    schedule: Schedule,
    /// What happens instead of the schedule.
    standstill: Option<Standstill>,
    sender: UnboundedSender<Input>,
    inputs: UnboundedReceiver<Input>,
    /// Changes the objects, and watches. Aborted when this is dropped.
    tasks: JoinSet<()>,
    quiet: CancellationToken,
    /// Changes the objects. It tells of the last change some time after it was told to be quiet.
    changing: AbortHandle,
    begun: Stamp,
    last_change: Stamp,
    last_signal: (Stamp, Option<Kind>),
    calm_since: Option<Stamp>,
    /// Something went wrong that makes the rest pointless.
    failed: bool,
    /// Whoever ends now is not replaced.
    stopping: bool,
}

impl Conductor {
    /// Starts the replicas, and all that watches and changes.
    pub(super) fn start(settings: Settings, cluster: &Cluster, view: View, log: Log) -> anyhow::Result<Self> {
        let schedule = settings.schedule;
        let scene = Scene::new(&settings.config, cluster, view, schedule.duration())?;
        let (sender, inputs) = unbounded_channel();
        let (client, namespace) = (cluster.client(), cluster.namespace());
        let (quiet, mut tasks) = (CancellationToken::new(), JoinSet::new());
        tasks.spawn(watches::records(Api::namespaced(client.clone(), namespace), sender.clone()));
        let leases = Api::namespaced_with(client.clone(), namespace, &ApiResource::erase::<Lease>(&()));
        tasks.spawn(watches::leases(leases, sender.clone()));
        let objects = Api::namespaced(client, namespace);
        let changing = objects::keep_changing(objects, settings.objects, sender.clone(), quiet.clone());
        let changing = tasks.spawn(changing);
        let args = cluster.replica_args().into_iter();
        let args = args.chain(settings.replica_args.into_iter().map(OsString::from)).collect();
        let fleet = Fleet::start(settings.replicas, args, sender.clone(), log)?;
        let lasts = Fault::lasts(settings.config.timing());
        let standstill = settings.fault.map(|fault| Standstill::new(fault, lasts));
        let begun = Stamp::now();
        Ok(Self {
            scene,
            fleet,
            schedule,
            standstill,
            sender,
            inputs,
            tasks,
            quiet,
            changing,
            begun,
            last_change: begun,
            last_signal: (begun, None),
            calm_since: None,
            failed: false,
            stopping: false,
        })
    }

    /// Plays to the end, and stops the replicas, whatever the end is.
    pub(super) async fn conduct(mut self, interrupted: CancellationToken) -> anyhow::Result<Ending> {
        let mut ticks = interval(TICK);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let played = tokio::select! {
            played = self.play(&mut ticks) => played.map(|()| true),
            () = interrupted.cancelled() => Ok(false),
        };
        self.quiet.cancel();
        if let Ok(true) = played {
            self.judge();
        }
        let stopped = self.stop(&mut ticks).await;
        self.tasks.abort_all();
        if !(played.and_then(|to_the_end| stopped.map(|()| to_the_end)))? {
            self.scene.abandon();
            return Ok(Ending::Interrupted);
        }
        Ok(if self.scene.conclude() { Ending::Clean } else { Ending::Unclean })
    }

    /// Gives signals while the schedule lasts, then waits until all that changed is handled.
    ///
    /// Nothing is lost when this is dropped.
    async fn play(&mut self, ticks: &mut Interval) -> anyhow::Result<()> {
        while !self.failed {
            if let Some(input) = self.next(ticks).await {
                self.take(input)?;
                continue;
            }
            self.scene.draw(&self.fleet)?;
            let now = Stamp::now();
            let elapsed = now.since(self.begun);
            let (is_quiet, is_over) = match &self.standstill {
                None => (elapsed >= self.schedule.quiet_from(), elapsed >= self.schedule.duration()),
                Some(standstill) => (standstill.is_over(), standstill.is_over()),
            };
            if is_quiet {
                self.quiet.cancel();
            }
            if is_over && (self.is_settled() || now.since(self.last_change) >= PATIENCE) {
                break;
            }
            self.strike(now);
            if !self.fleet.is_whole() && now.since(self.last_signal.0) > REPLACE_BOUND {
                self.fail(format!("not every replica runs: {}", self.fleet.states().join(", ")));
            }
        }
        Ok(())
    }

    /// Tells all replicas to stop, and waits until they have; those that do not are killed.
    async fn stop(&mut self, ticks: &mut Interval) -> anyhow::Result<()> {
        self.stopping = true;
        for (kind, bound) in [(Kind::Terminate, STOP_BOUND + TICK * 20), (Kind::Kill, STOP_BOUND)] {
            self.fleet.strike_all(kind);
            let told = Stamp::now();
            while !self.fleet.is_gone() && Stamp::now().since(told) < bound {
                match self.next(ticks).await {
                    Some(input) => self.take(input)?,
                    // Whatever became of the terminal: the replicas come first.
                    None => drop(self.scene.draw(&self.fleet)),
                }
            }
            if self.fleet.is_gone() {
                break;
            }
            self.fail(format!("not every replica stopped in time: {}", self.fleet.states().join(", ")));
        }
        Ok(())
    }

    /// Waits for what happens next; `None` when it is time to look around.
    async fn next(&mut self, ticks: &mut Interval) -> Option<Input> {
        tokio::select! {
            biased;
            _ = ticks.tick() => None,
            Some(input) = self.inputs.recv() => Some(input),
        }
    }

    fn take(&mut self, input: Input) -> anyhow::Result<()> {
        match input {
            Input::Report(replica, line) => {
                if let Report::Started { probes, .. } = line.report {
                    self.fleet.started(replica, probes);
                }
                self.scene.report(replica, line);
            }
            Input::Garbled(replica, text) => self.fail(format!("{replica} wrote what is no report: {text}")),
            Input::Exited(replica, exit) => self.exited(replica, &exit)?,
            Input::Changed(change) => {
                self.last_change = Stamp::now();
                self.scene.changed(change);
            }
            Input::Record { object, record, source } => self.scene.record(&object, record, source),
            Input::Lease(seen) => self.scene.lease(*seen),
            Input::Logged(replica, line) => {
                if let Some(standstill) = &mut self.standstill {
                    standstill.logged(replica, &line);
                }
            }
            Input::Standstill(step) => self.step(step),
        }
        Ok(())
    }

    fn exited(&mut self, replica: Replica, exit: &Exit) -> anyhow::Result<()> {
        self.scene.exited(replica, exit);
        match self.fleet.exited(replica, exit) {
            Some(trouble) => self.fail(trouble),
            None if self.stopping => {}
            None => self.fleet.replace(replica)?,
        }
        Ok(())
    }

    /// Gives the leader of the most buckets a signal, if it is time for that.
    fn strike(&mut self, now: Stamp) {
        if !self.is_calm() {
            self.calm_since = None;
            return;
        }
        let calm = now.since(*self.calm_since.get_or_insert(now));
        if let Some(standstill) = &mut self.standstill {
            let leader = self.scene.ledger.handovers.busiest_with_bucket();
            if let (Stage::Waiting, true, Some((victim, bucket))) = (&standstill.stage, calm >= CALM, leader)
            {
                let (bucket, sender) = (bucket.to_string(), self.sender.clone());
                self.tasks.spawn(standstill.begin(victim, bucket, self.fleet.probes(), sender));
            }
            return;
        }
        let Some(kind) = self.schedule.next(now.since(self.begun), calm, self.last_signal.1) else { return };
        let Some(victim) = self.scene.ledger.handovers.busiest() else { return };
        let at = Stamp::now();
        self.fleet.strike(victim, kind);
        self.scene.signal(victim, kind, at);
        self.last_signal = (at, Some(kind));
        self.calm_since = None;
    }

    /// Takes the next step of a fault.
    fn step(&mut self, step: Step) {
        let Some(standstill) = &mut self.standstill else { return };
        let (fault, now) = (standstill.fault, Stamp::now());
        let Stage::Playing(victim, log) = &mut standstill.stage else { return };
        let victim = *victim;
        match step {
            Step::Strike => {
                self.fleet.freeze(victim, fault);
                self.scene.stands_still(victim, fault, now);
            }
            Step::Lift => {
                self.fleet.thaw(victim);
                self.scene.goes_on(victim, now);
            }
            Step::Over(mut findings) => {
                findings.log = std::mem::take(log);
                standstill.stage = Stage::Over;
                self.scene.found(*findings);
            }
        }
    }

    fn is_calm(&self) -> bool {
        self.fleet.is_whole() && self.scene.waiting().is_empty()
    }

    fn is_settled(&self) -> bool {
        let all_told = self.changing.is_finished() && self.inputs.is_empty();
        all_told && self.is_calm() && self.scene.ledger.generations.unhandled() == 0
    }

    /// Says what is wrong at the end that the summary does not count.
    fn judge(&mut self) {
        if self.failed {
            return;
        }
        for bucket in self.scene.waiting() {
            self.fail(format!("nobody leads {bucket}"));
        }
        if self.standstill.is_none() && self.last_signal.1.is_none() {
            self.fail("no leader could be given a signal".to_owned());
        }
    }

    fn fail(&mut self, trouble: String) {
        self.failed = true;
        self.scene.trouble(trouble);
    }
}
