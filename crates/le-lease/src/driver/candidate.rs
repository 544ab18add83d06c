//! One machine, driven: the loop that hands it the time and the facts, and does what it asks for.

use std::collections::BTreeMap;
use std::future::pending;
use std::panic::resume_unwind;
use std::sync::Arc;
use std::time::Duration;

use futures::future::BoxFuture;
use kube::api::DynamicObject;
use le_config::LeaseName;
use le_core::{Bucket, Clock, Leadership, Moment, StopReason, Term};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::clock::wall;
use super::error::LeaseError;
use super::leases::{Leases, Outcome};
use super::observing::Observing;
use super::report::FailureLog;
use super::watch::{Subscription, View};
use crate::{Attempt, AttemptId, Event, Machine, Reply, Request, Version};

/// A candidate for one Lease: its machine, and everything that the machine must be told or asks for.
pub(crate) struct Candidate {
    pub(crate) lease: LeaseName,
    pub(crate) bucket: Bucket,
    pub(crate) machine: Machine,
    pub(crate) leases: Leases,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) watch: Subscription,
    pub(crate) log: FailureLog,
    pub(crate) stop: CancellationToken,
    pub(crate) observing: Observing,
}

/// The other end of a candidate that runs on a task of its own, so that work which hogs its own task cannot starve renewals.
/// Dropping it ends the candidate at once, without a release.
#[derive(Debug)]
pub(crate) struct Handle {
    terms: UnboundedReceiver<Leadership>,
    commands: UnboundedSender<Command>,
    task: JoinHandle<()>,
}

#[derive(Debug)]
enum Command {
    Drained,
    StepDown(StopReason, Duration),
}

impl Handle {
    /// Waits for the next term; `None` when the candidate was stopped and has finished. A panic of its task comes out here.
    pub(crate) async fn next_term(&mut self) -> Option<Leadership> {
        if let Some(leadership) = self.terms.recv().await {
            return Some(leadership);
        }
        self.finished().await;
        None
    }

    /// Waits until the candidate has finished. A panic of its task comes out here.
    pub(crate) async fn finished(&mut self) {
        if let Err(error) = (&mut self.task).await
            && error.is_panic()
        {
            resume_unwind(error.into_panic());
        }
    }

    /// Says that the work of the term has ended.
    pub(crate) fn drained(&self) {
        // A candidate that is gone needs no telling.
        let _ = self.commands.send(Command::Drained);
    }

    /// Gives the term up, and competes again after `cooldown`.
    pub(crate) fn step_down(&self, reason: StopReason, cooldown: Duration) {
        let _ = self.commands.send(Command::StepDown(reason, cooldown));
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Candidate {
    /// Starts the candidate on a task of its own.
    pub(crate) fn spawn(self) -> Handle {
        let (told, terms) = unbounded_channel();
        let (commands, orders) = unbounded_channel();
        let task = tokio::spawn(
            Driver { candidate: self, told, flight: None, term: None, objects: Objects::default() }
                .run(orders),
        );
        Handle { terms, commands, task }
    }
}

struct Driver {
    candidate: Candidate,
    told: UnboundedSender<Leadership>,
    flight: Option<Flight>,
    term: Option<Term>,
    objects: Objects,
}

/// The request that is under way.
struct Flight {
    id: AttemptId,
    sent: Moment,
    give_up: Moment,
    /// The version that a write is computed from; `None` for a read.
    write: Option<Option<Version>>,
    reply: BoxFuture<'static, Outcome>,
}

impl Driver {
    async fn run(mut self, mut orders: UnboundedReceiver<Command>) {
        let mut stopping = false;
        let view = self.candidate.watch.current();
        self.seen(view);
        loop {
            let now = self.now();
            self.candidate.machine.handle_timeout(now);
            if self.drain_events() {
                return;
            }
            if let Some(attempt) = self.candidate.machine.poll_request(now, wall()) {
                self.send(now, attempt);
            }
            // Asking for a request takes in the time too, so that there may be news again.
            if self.drain_events() {
                return;
            }
            let wake = self.candidate.machine.poll_timeout();
            self.candidate.observing.turned(now, wake);
            let sleep = sleep_until(wake, now);
            // In a fixed order, so that one seed gives one run. What comes first cannot keep the others waiting: each is over when
            // it was heard once, but for orders and news, which come no faster than terms and changes of the Lease.
            tokio::select! {
                biased;
                outcome = land(&mut self.flight) => self.landed(outcome),
                () = self.candidate.stop.cancelled(), if !stopping => {
                    stopping = true;
                    let now = self.now();
                    self.candidate.machine.handle_stop(now);
                }
                order = orders.recv() => match order {
                    Some(Command::Drained) => {
                        let now = self.now();
                        self.candidate.observing.drained();
                        self.candidate.machine.handle_drained(now);
                    }
                    Some(Command::StepDown(reason, cooldown)) => {
                        let now = self.now();
                        self.candidate.observing.drained();
                        self.candidate.machine.handle_step_down(now, reason, cooldown);
                    }
                    // Nobody is there any more who could be told to stop the work.
                    None => return,
                },
                view = self.candidate.watch.changed() => self.seen(view),
                () = sleep => {}
            }
        }
    }

    fn now(&self) -> Moment {
        self.candidate.clock.now()
    }

    /// Does what the machine says; tells whether it has finished.
    fn drain_events(&mut self) -> bool {
        let mut finished = false;
        while let Some(event) = self.candidate.machine.poll_event() {
            match event {
                Event::Lead { token, deadline } => {
                    let clock = Arc::clone(&self.candidate.clock);
                    let term = Term::begin(self.candidate.bucket.clone(), token, deadline, clock);
                    tracing::info!(lease = %self.candidate.lease, %token, "leading");
                    self.candidate.observing.leads(token, deadline, term.leadership());
                    // Where nobody listens any more, the next order ends this.
                    let _ = self.told.send(term.leadership());
                    self.term = Some(term);
                }
                Event::Renewed { deadline } => {
                    if let Some(term) = &self.term {
                        term.extend(deadline);
                    }
                    self.candidate.observing.renewed(deadline);
                }
                Event::WindDown => {
                    if let Some(term) = &self.term {
                        term.tell_to_stop();
                    }
                    self.candidate.observing.winds_down();
                }
                Event::End { reason } => {
                    tracing::info!(lease = %self.candidate.lease, %reason, "not leading any more");
                    if let Some(term) = self.term.take() {
                        term.end(reason);
                    }
                    self.candidate.observing.ends(reason);
                }
                Event::Abandon(id) => {
                    let now = self.now();
                    // What is not needed any more is dropped, too, and has not failed.
                    if let Some(flight) = self.flight.take_if(|flight| flight.id == id)
                        && flight.give_up <= now
                    {
                        self.failed(flight.write, LeaseError::TimedOut, now.since(flight.sent));
                    }
                }
                Event::Released => tracing::info!(lease = %self.candidate.lease, "released"),
                Event::Notice(notice) => {
                    self.candidate.observing.noticed(&notice);
                    self.candidate.log.noticed(notice);
                }
                Event::Finished => {
                    self.candidate.observing.finished();
                    finished = true;
                }
            }
        }
        finished
    }

    fn send(&mut self, sent: Moment, attempt: Attempt) {
        let Attempt { id, request, give_up, .. } = attempt;
        self.candidate.observing.sends(&request, self.term.is_some(), &self.candidate.machine);
        let write = match &request {
            Request::Get => None,
            Request::Create(_) => Some(None),
            Request::Update { base, .. } => Some(Some(*base)),
        };
        let base = write.flatten().and_then(|base| self.objects.get(base));
        let reply = self.candidate.leases.clone().send(self.candidate.lease.clone(), request, base);
        self.flight = Some(Flight { id, sent, give_up, write, reply: Box::pin(reply) });
    }

    fn failed(&mut self, write: Option<Option<Version>>, error: LeaseError, latency: Duration) {
        self.candidate.observing.failed(&error, latency);
        match write {
            Some(base) => self.candidate.log.write_failed(error, base),
            None => self.candidate.log.read_failed(error),
        }
    }

    fn landed(&mut self, (Flight { id, sent, write, .. }, outcome): (Flight, Outcome)) {
        let latency = self.now().since(sent);
        self.candidate.observing.answered(latency, &outcome.reply, write.is_some());
        let failed = outcome.error.is_some();
        match outcome.error {
            Some(error) => self.failed(write, error, latency),
            None if write.is_some() => self.candidate.log.written(),
            None => {}
        }
        if let Some(object) = outcome.object {
            self.objects.keep(Arc::new(object));
        }
        if outcome.reply == Reply::Conflict && self.candidate.machine.leading(self.now()).is_none() {
            self.candidate.watch.doubt();
        }
        let now = self.now();
        self.candidate.machine.handle_reply(now, id, outcome.reply);
        if write.is_none() && !failed {
            self.candidate.log.read(self.candidate.machine.base());
        }
        self.candidate.observing.looked(&self.candidate.machine);
        self.objects.forget_all_but(self.candidate.machine.base());
    }

    fn seen(&mut self, view: View) {
        let now = self.now();
        if let Some(object) = view.object {
            self.objects.keep(object);
        }
        if let Some(sighting) = view.sighting {
            self.candidate.machine.handle_sighting(now, sighting);
        }
        self.candidate.machine.handle_watch(now, view.watch);
        self.candidate.observing.looked(&self.candidate.machine);
        self.objects.forget_all_but(self.candidate.machine.base());
    }
}

/// Waits for the request that is under way, if there is one.
async fn land(under_way: &mut Option<Flight>) -> (Flight, Outcome) {
    let Some(flight) = under_way else { return pending().await };
    let outcome = (&mut flight.reply).await;
    (under_way.take().expect("it has just answered"), outcome)
}

async fn sleep_until(wake: Option<Moment>, now: Moment) {
    match wake {
        Some(wake) => tokio::time::sleep(wake.since(now)).await,
        None => pending().await,
    }
}

/// The Lease as it was read, by version: what is written must keep what it does not change.
#[derive(Default)]
struct Objects(BTreeMap<Version, Arc<DynamicObject>>);

impl Objects {
    fn keep(&mut self, object: Arc<DynamicObject>) {
        if let Some(version) = object.metadata.resource_version.as_deref().and_then(Version::parse) {
            self.0.insert(version, object);
        }
    }

    fn get(&self, version: Version) -> Option<Arc<DynamicObject>> {
        self.0.get(&version).cloned()
    }

    fn forget_all_but(&mut self, base: Option<Version>) {
        self.0.retain(|version, _| Some(*version) == base);
    }
}
