//! One machine, driven: the loop that hands it the time and the facts, and does what it asks for.

use std::future::pending;
use std::panic::resume_unwind;
use std::sync::Arc;
use std::time::Duration;

use futures::future::BoxFuture;
use le_config::LeaseName;
use le_core::{Bucket, Clock, Leadership, Moment, StopReason, Term};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tracing::Instrument as _;

use super::clock::wall;
use super::desk::{Desk, Order};
use super::error::LeaseError;
use super::kept::Objects;
use super::leases::{Leases, Outcome};
use super::observing::{Observing, span};
use super::rate::Rate;
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
    pub(crate) rate: Rate,
    /// Renewals wait for the next multiple of this.
    pub(crate) grid: Duration,
    pub(crate) watch: Subscription,
    pub(crate) log: FailureLog,
    pub(crate) stop: CancellationToken,
    pub(crate) observing: Observing,
}

/// The other end of a candidate that runs on a task of its own, so that work which hogs its own task cannot starve renewals.
/// Dropping it ends the candidate at once, without a release.
#[derive(Debug)]
pub(crate) struct Handle {
    desk: Arc<Desk>,
    task: JoinHandle<()>,
}

impl Handle {
    /// Waits for the next term; `None` when the candidate was stopped and has finished. A panic of its task comes out here.
    pub(crate) async fn next_term(&mut self) -> Option<Leadership> {
        let desk = Arc::clone(&self.desk);
        tokio::select! {
            biased;
            leadership = desk.term() => Some(leadership),
            () = self.finished() => None,
        }
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
        self.desk.order(Order::Drained);
    }

    /// Gives the term up, and competes again after `cooldown`.
    pub(crate) fn step_down(&self, reason: StopReason, cooldown: Duration) {
        self.desk.order(Order::StepDown(reason, cooldown));
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
        let desk = Arc::new(Desk::default());
        // On the heap by itself: the future of a method that takes `self` would have room for it twice.
        let objects = Objects::default();
        let told = Arc::clone(&desk);
        let span = span(&self);
        let driver =
            Box::new(Driver { candidate: self, desk: told, flight: None, term: None, turn: None, objects });
        let task = tokio::spawn(driver.run().instrument(span));
        Handle { desk, task }
    }
}

struct Driver {
    candidate: Candidate,
    desk: Arc<Desk>,
    flight: Option<Flight>,
    term: Option<Term>,
    /// From when on the request may be sent that is due, where its rate is limited.
    turn: Option<Moment>,
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
    async fn run(mut self: Box<Self>) {
        let mut stopping = false;
        let desk = Arc::clone(&self.desk);
        let view = self.candidate.watch.current();
        self.seen(view);
        loop {
            let now = self.now();
            self.candidate.machine.handle_timeout(now);
            if self.drain_events() {
                return;
            }
            if self.is_its_turn(now)
                && let Some(attempt) = self.candidate.machine.poll_request(now, wall())
            {
                self.send(now, attempt);
            }
            // Asking for a request takes in the time too, so that there may be news again.
            if self.drain_events() {
                return;
            }
            let wake = self.wake(now, stopping);
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
                order = desk.next_order() => match order {
                    Order::Drained => {
                        let now = self.now();
                        self.candidate.observing.drained();
                        self.candidate.machine.handle_drained(now);
                    }
                    Order::StepDown(reason, cooldown) => {
                        let now = self.now();
                        self.candidate.observing.drained();
                        self.candidate.machine.handle_step_down(now, reason, cooldown);
                    }
                },
                view = self.candidate.watch.changed() => self.seen(view),
                () = sleep => {}
            }
        }
    }

    fn now(&self) -> Moment {
        self.candidate.clock.now()
    }

    /// Tells whether a request may be sent now, if there is one: what a leader sends may be at any time.
    fn is_its_turn(&mut self, now: Moment) -> bool {
        let machine = &self.candidate.machine;
        let is_due = self.flight.is_none() && machine.poll_timeout().is_some_and(|due| due <= now);
        if !is_due || machine.leading(now).is_some() {
            self.turn = None;
            return true;
        }
        let turn = *self.turn.get_or_insert_with(|| self.candidate.rate.take(now));
        let is_now = turn <= now;
        if is_now {
            self.turn = None;
        }
        is_now
    }

    /// When to look again if nothing happens before.
    ///
    /// The next renewal may be a little late, so that those of many candidates go out together: what one costs is mostly the waking
    /// up for it. Nothing else is, and not beyond the end of the right.
    fn wake(&self, now: Moment, stopping: bool) -> Option<Moment> {
        if let Some(turn) = self.turn {
            return Some(turn);
        }
        let wake = self.candidate.machine.poll_timeout()?;
        match self.candidate.machine.leading(now) {
            Some((_, deadline)) if self.flight.is_none() && !stopping => {
                Some(round_up(wake, self.candidate.grid).min(deadline))
            }
            _ => Some(wake),
        }
    }

    /// Does what the machine says; tells whether it has finished.
    fn drain_events(&mut self) -> bool {
        let mut finished = false;
        while let Some(event) = self.candidate.machine.poll_event() {
            match event {
                Event::Lead { token, deadline } => {
                    let clock = Arc::clone(&self.candidate.clock);
                    let term = Term::begin(self.candidate.bucket.clone(), token, deadline, clock);
                    self.candidate.log.leads();
                    let now = self.now();
                    self.candidate.observing.leads(now, token, deadline, term.leadership());
                    self.desk.begin(term.leadership());
                    self.term = Some(term);
                }
                Event::Renewed { deadline } => {
                    if let Some(term) = &self.term {
                        term.extend(deadline);
                    }
                    let now = self.now();
                    self.candidate.observing.renewed(now, deadline);
                }
                Event::WindDown => {
                    if let Some(term) = &self.term {
                        term.tell_to_stop();
                    }
                    self.candidate.observing.winds_down();
                }
                Event::End { reason } => {
                    if let Some(term) = self.term.take() {
                        term.end(reason);
                    }
                    self.candidate.log.ends(reason);
                    let now = self.now();
                    self.candidate.observing.ends(now, reason, &self.candidate.machine);
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
                Event::Released => tracing::info!("released lease {:?}", self.candidate.lease),
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

/// The first multiple of `grid` that is not before a moment.
fn round_up(moment: Moment, grid: Duration) -> Moment {
    let grid = u64::try_from(grid.as_nanos()).unwrap_or(u64::MAX).max(1);
    Moment::from_nanos(moment.as_nanos().div_ceil(grid).saturating_mul(grid))
}

async fn sleep_until(wake: Option<Moment>, now: Moment) {
    match wake {
        Some(wake) => tokio::time::sleep(wake.since(now)).await,
        None => pending().await,
    }
}
