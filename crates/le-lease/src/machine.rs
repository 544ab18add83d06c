//! The election machine: every decision, and no I/O.

mod event;
mod flight;
#[cfg(le_mutants)]
mod mutant;
mod options;
mod own;
mod pace;
mod phase;
mod plan;
mod record;
mod reply;
mod request;
mod sight;
mod sightings;
mod term;
mod timers;

use std::collections::VecDeque;
use std::mem::Discriminant;
use std::time::Duration;

use le_config::{HolderIdentity, Timing};
use le_core::{FencingToken, Moment, StopReason};

pub use event::{Event, Notice};
#[cfg(le_mutants)]
pub use mutant::Mutant;
pub use options::Options;
pub use record::{Record, Version, WriteTime};
pub use request::{Attempt, AttemptId, Purpose, Reply, Request, Write};
pub use sight::{Sighting, WatchState};

use flight::Flight;
use own::OwnWrites;
use pace::Pace;
use phase::Phase;
use sight::Sight;
use timers::Timers;

/// Decides for one candidate about one Lease: when to write what, and when it leads.
///
/// Facts go in by `handle_*`, each with the present moment; work comes out by `poll_*`. Nothing else changes its state: it
/// reads no clock, does no I/O, and draws its chances from the seed that it was given. After every `handle_*`, and at the moment
/// that [`poll_timeout`](Self::poll_timeout) names, whoever drives it calls, in this order:
///
/// 1. [`handle_timeout`](Self::handle_timeout) with the present moment,
/// 2. [`poll_event`](Self::poll_event) until it gives `None`,
/// 3. [`poll_request`](Self::poll_request), and sends what it gives at once,
/// 4. [`poll_timeout`](Self::poll_timeout), and waits until then, or until there is a fact.
///
/// What it holds to:
///
/// - Its own right counts from the moment at which the last successful write was *handed out*, and lasts for the renew
///   deadline. Another's claim counts from the moment at which its last change was *seen*, and lasts for what that holder wrote.
/// - It writes, then acts: leadership begins only with the reply to a write that was sent to begin it.
/// - One request is under way at a time, and a reply counts for nothing once its attempt was given up or its term has ended.
///
/// ```
/// use le_config::Timing;
/// use le_core::Moment;
/// use le_lease::{Machine, Request, WatchState, WriteTime};
///
/// let seed = 42;
/// let mut machine = Machine::new(Timing::default(), "replica-1".parse()?, seed);
/// let now = Moment::ORIGIN;
/// machine.handle_watch(now, WatchState::Down);
/// let attempt = machine.poll_request(now, WriteTime::from_micros(0)).expect("it reads the lease first");
/// assert_eq!(attempt.request, Request::Get);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
#[must_use = "a machine does nothing unless it is driven"]
pub struct Machine {
    identity: HolderIdentity,
    timing: Timing,
    options: Options,
    pace: Pace,
    phase: Phase,
    sight: Sight,
    watch: WatchState,
    own: OwnWrites,
    flight: Option<Flight>,
    /// Counts the ends of terms and of candidatures: a write from before one grants nothing after it.
    epoch: u64,
    attempts: u64,
    /// Whether the outcome of a write must be looked at before the next one.
    doubt: bool,
    /// How many attempts in a row came to nothing.
    failures: u32,
    /// How many writes to hold the Lease in a row were never answered.
    unanswered: u32,
    /// Nothing is sent before this, after a failure.
    retry_at: Moment,
    /// The Lease is not read before this, while it need not be.
    read_at: Moment,
    /// Nothing is claimed before this, after stepping down.
    compete_at: Moment,
    /// When the Lease may be taken that another held: after its claim has run out, and a random while.
    claim_at: Moment,
    /// A write that was sent before this does not begin a term: the Lease is new and is only held.
    lead_from: Moment,
    /// Until when the work may drain.
    drain_until: Moment,
    /// Whether the work has outlasted that: its right is not renewed any longer.
    overdue: bool,
    /// Until when to try to give the Lease back.
    release_until: Moment,
    stopped: bool,
    timers: Timers,
    events: VecDeque<Event>,
    /// What was noticed of the present holder, so that it is told once.
    noted: (String, Vec<Discriminant<Notice>>),
    #[cfg(le_mutants)]
    looked: mutant::Looked,
}

impl Machine {
    /// Makes a machine for one candidate and one Lease, with the default [`Options`]. `seed` is all the randomness that it has;
    /// let it differ between replicas.
    pub fn new(timing: Timing, identity: HolderIdentity, seed: u64) -> Self {
        Self::with_options(timing, identity, seed, Options::default())
    }

    /// Makes a machine with options of one's own.
    pub fn with_options(timing: Timing, identity: HolderIdentity, seed: u64, options: Options) -> Self {
        let mut machine = Self {
            identity,
            timing,
            options,
            pace: Pace::new(timing, seed),
            phase: Phase::Waiting,
            sight: Sight::default(),
            watch: WatchState::default(),
            own: OwnWrites::default(),
            flight: None,
            epoch: 0,
            attempts: 0,
            doubt: false,
            failures: 0,
            unanswered: 0,
            retry_at: Moment::ORIGIN,
            read_at: Moment::ORIGIN,
            compete_at: Moment::ORIGIN,
            claim_at: Moment::ORIGIN,
            lead_from: Moment::ORIGIN,
            drain_until: Moment::NEVER,
            overdue: false,
            release_until: Moment::NEVER,
            stopped: false,
            timers: Timers::default(),
            events: VecDeque::new(),
            noted: (String::new(), Vec::new()),
            #[cfg(le_mutants)]
            looked: mutant::Looked::default(),
        };
        machine.plan();
        machine
    }

    /// Tells whether the right to lead holds at `now`, and until when and under which token.
    pub fn leading(&self, now: Moment) -> Option<(FencingToken, Moment)> {
        #[cfg(le_mutants)]
        let now = self.mutant_clock(now);
        match &self.phase {
            Phase::Leading(term) if now < term.deadline => Some((term.token, term.deadline)),
            _ => None,
        }
    }

    /// Returns the version of the Lease that the next write would be computed from.
    pub fn base(&self) -> Option<Version> {
        self.sight.record().map(|record| record.version)
    }

    /// Returns the Lease as far as is known: `None` when that is nothing yet, and `Some(None)` when there is none.
    pub(crate) fn lease(&self) -> Option<Option<&Record>> {
        self.sight.lease()
    }

    /// Returns the identity under which this machine competes.
    pub fn identity(&self) -> &str {
        self.identity.as_str()
    }

    /// Returns who holds the Lease, as far as is known.
    pub fn holder(&self) -> Option<&str> {
        self.lease().flatten().and_then(Record::holder)
    }

    /// Takes in that time has passed.
    pub fn handle_timeout(&mut self, now: Moment) {
        self.tick(now);
        self.next(now);
    }

    /// Takes in what a watch or a list saw.
    pub fn handle_sighting(&mut self, now: Moment, sighting: Sighting) {
        self.tick(now);
        match sighting {
            Sighting::Present(record) => self.see_news(now, record),
            Sighting::Deleted(last) => self.see_deletion(now, last),
            Sighting::Absent { asked } => self.see_absence(now, asked),
        }
        self.next(now);
    }

    /// Takes in whether changes of the Lease are told from now on.
    pub fn handle_watch(&mut self, now: Moment, watch: WatchState) {
        self.tick(now);
        self.see_watch(now, watch);
        self.next(now);
    }

    /// Takes in what came of an attempt. A reply to one that was given up is ignored.
    pub fn handle_reply(&mut self, now: Moment, id: AttemptId, reply: Reply) {
        self.tick(now);
        self.take_reply(now, id, reply);
        self.next(now);
    }

    /// Takes in that the machine shall stop: wind down the work, release, finish.
    pub fn handle_stop(&mut self, now: Moment) {
        self.tick(now);
        if !self.stopped {
            self.begin_stop(now);
        }
        self.next(now);
    }

    /// Takes in that the work of the term has ended, after `WindDown` or `End`.
    pub fn handle_drained(&mut self, now: Moment) {
        self.tick(now);
        self.end_drain(now);
        self.next(now);
    }

    /// Takes in that the work gives the leadership up, having ended or never begun: the Lease is given back, and this replica
    /// competes again after `cooldown`, or an eighth of the retry period if that is longer. The term needs no
    /// [`handle_drained`](Self::handle_drained) then.
    pub fn handle_step_down(&mut self, now: Moment, reason: StopReason, cooldown: Duration) {
        self.tick(now);
        self.compete_at = now + cooldown.max(self.pace.breather());
        self.step_down(now, reason);
        self.next(now);
    }

    /// Gives the next thing that happened.
    pub fn poll_event(&mut self) -> Option<Event> {
        self.events.pop_front()
    }

    /// Gives the request to send now, if there is one. `wall` is the present time on the wall clock: it goes into the Lease for
    /// people to read, and into no decision.
    pub fn poll_request(&mut self, now: Moment, wall: WriteTime) -> Option<Attempt> {
        #[cfg(le_mutants)]
        self.look(now, wall);
        self.tick(now);
        self.next(now);
        let attempt = self.take_off(now, wall);
        self.plan();
        attempt
    }

    /// Gives the moment at which the machine wants to be called again if nothing happens before: at once while there are events.
    pub fn poll_timeout(&self) -> Option<Moment> {
        if self.events.is_empty() { self.timers.next() } else { Some(Moment::ORIGIN) }
    }

    /// Brings the state and the timers up to date, at the end of every `handle_*`.
    fn next(&mut self, now: Moment) {
        self.settle(now);
        self.plan();
    }
}
