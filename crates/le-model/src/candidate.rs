//! One candidate: its machine, its work, its watch, and the order that it must keep.

use std::sync::Arc;

use le_core::Moment;
use le_lease::{Attempt, AttemptId, Event, Machine, Options, Purpose, Request, Sighting, WriteTime};

use crate::print::Print;
use crate::rules::Rule;
use crate::scope::{self, Scope, Setup};

/// How many changes a watch that lags holds at most; the oldest are lost, as in a gap.
const BACKLOG: usize = 2;

/// So many requests of one process within a tick are a hot loop. A lost race costs three or four.
const MOST_REQUESTS: u8 = 8;

/// How far the wall clocks of processes are apart.
const CLOCKS_APART: i64 = 3_000_000;

/// A place for processes, one after the other.
#[derive(Clone, Debug)]
pub(crate) struct Candidate {
    /// The number of the identity that is used here.
    pub(crate) name: u64,
    /// The number of the process that runs here, or ran here last.
    pub(crate) life: u64,
    /// `None` once it has crashed or finished.
    pub(crate) process: Option<Process>,
    /// Whether nobody will start here any more.
    pub(crate) buried: bool,
}

/// What a work does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Work {
    Idle,
    Running,
    /// It was told to end.
    Draining,
}

/// How changes come to a process.
#[derive(Clone, Debug)]
pub(crate) enum Watch {
    /// Not at all: it reads.
    Polls,
    /// As they happen.
    Up,
    /// Not now: it lags, and nobody knows.
    Stalled,
}

/// The write whose success is being handled.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Answered {
    sent: Moment,
    purpose: Purpose,
}

/// A request that the machine waits for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Awaited {
    id: AttemptId,
    sent: Moment,
    give_up: Moment,
    purpose: Option<Purpose>,
}

/// A process that runs, or is paused.
#[derive(Clone, Debug)]
pub(crate) struct Process {
    pub(crate) machine: Arc<Machine>,
    /// That of the machine; `None` while it is at work.
    pub(crate) print: Option<Arc<Print>>,
    slower: bool,
    wall: WriteTime,
    pub(crate) paused: bool,
    pub(crate) stopped: bool,
    pub(crate) finished: bool,
    pub(crate) work: Work,
    pub(crate) in_term: bool,
    pub(crate) winding_down: bool,
    pub(crate) watch: Watch,
    pub(crate) backlog: Vec<(Sighting, Arc<Print>)>,
    /// The request that is on its way.
    pub(crate) sending: Option<(Arc<Attempt>, Arc<Print>)>,
    pub(crate) awaited: Option<(Awaited, Arc<Print>)>,
    answered: Option<AttemptId>,
    /// How many requests were sent within this tick.
    pub(crate) requests: u8,
}

impl Process {
    pub(crate) fn new(scope: &Scope, setup: Setup, place: usize, name: u64, life: u64, gone: bool) -> Self {
        let mut options = Options::default();
        options.hold_new_leases = setup.holds;
        options.predecessor_is_gone = gone;
        options.drain_bound = scope::DRAIN_BOUND;
        #[cfg(le_mutants)]
        {
            options.mutant = scope.mutant;
        }
        let slower = setup.slower && place == 0;
        let polls = setup.polls && place + 1 == scope.candidates;
        let name = format!("c{name}").parse().expect("valid");
        Self {
            machine: Arc::new(Machine::with_options(scope::timing(slower), name, life, options)),
            print: None,
            slower,
            wall: WriteTime::from_micros(CLOCKS_APART * life as i64),
            paused: false,
            stopped: false,
            finished: false,
            work: Work::Idle,
            in_term: false,
            winding_down: false,
            watch: if polls { Watch::Polls } else { Watch::Up },
            backlog: Vec::new(),
            sending: None,
            awaited: None,
            answered: None,
            requests: 0,
        }
    }

    /// Returns the machine to change it.
    pub(crate) fn machine_mut(&mut self) -> &mut Machine {
        self.print = None;
        Arc::make_mut(&mut self.machine)
    }

    /// Returns the time on its wall clock, which stands still: no decision depends on it.
    pub(crate) fn wall(&self) -> WriteTime {
        self.wall
    }

    /// Puts a change behind those that were not told yet.
    pub(crate) fn hold_back(&mut self, change: &Sighting, print: &Arc<Print>) {
        if self.backlog.len() == BACKLOG {
            self.backlog.remove(0);
        }
        self.backlog.push((change.clone(), Arc::clone(print)));
    }

    pub(crate) fn end_work(&mut self) {
        if self.work == Work::Running {
            self.work = Work::Draining;
        }
    }

    /// Notes a request that was handed out; says what is wrong with it.
    pub(crate) fn check_attempt(&mut self, now: Moment, attempt: &Attempt) -> Result<(), Rule> {
        let purpose = match &attempt.request {
            Request::Create(write) | Request::Update { write, .. } => Some(write.purpose),
            _ => None,
        };
        self.requests += 1;
        if self.awaited.is_some() || attempt.give_up <= now || self.requests > MOST_REQUESTS {
            return Err(Rule::OneAtATime);
        }
        match purpose {
            Some(Purpose::Acquire | Purpose::Release) if self.work != Work::Idle || self.in_term => {
                return Err(Rule::WorkBeforeLock);
            }
            Some(Purpose::Renew) if !self.in_term => return Err(Rule::Order),
            _ => {}
        }
        let awaited = Awaited { id: attempt.id, sent: now, give_up: attempt.give_up, purpose };
        self.awaited = Some((awaited, Arc::new(Print::of(&awaited))));
        Ok(())
    }

    /// Takes in that a reply is handed over; returns what it answers, if it is a success in time.
    pub(crate) fn check_reply(&mut self, now: Moment, id: AttemptId, success: bool) -> Option<Answered> {
        self.answered = Some(id);
        let (awaited, _) = self.awaited.take_if(|(awaited, _)| awaited.id == id)?;
        let purpose = awaited.purpose.filter(|_| success && now < awaited.give_up)?;
        Some(Answered { sent: awaited.sent, purpose })
    }

    /// Notes an event; says what is wrong with it.
    pub(crate) fn check_event(
        &mut self,
        now: Moment,
        event: &Event,
        answered: Option<Answered>,
    ) -> Result<(), Rule> {
        if self.finished && !matches!(event, Event::Notice(_)) {
            return Err(Rule::Order);
        }
        match event {
            Event::Lead { deadline, .. } | Event::Renewed { deadline } => {
                let begins = matches!(event, Event::Lead { .. });
                let Some(Answered { sent, purpose }) = answered else { return Err(Rule::FromASuccess) };
                if *deadline != sent + scope::timing(self.slower).renew_deadline() || *deadline <= now {
                    return Err(Rule::FromASuccess);
                }
                if purpose != if begins { Purpose::Acquire } else { Purpose::Renew } {
                    return Err(Rule::FromASuccess);
                }
                if begins != (!self.in_term && self.work == Work::Idle && !self.stopped) {
                    return Err(Rule::Order);
                }
                if begins {
                    (self.in_term, self.winding_down, self.work) = (true, false, Work::Running);
                }
            }
            Event::WindDown => {
                if !self.in_term || self.winding_down || !self.stopped {
                    return Err(Rule::Order);
                }
                self.winding_down = true;
            }
            Event::End { .. } => {
                if !self.in_term || self.machine.leading(now).is_some() {
                    return Err(Rule::Order);
                }
                self.in_term = false;
            }
            Event::Abandon(id) => {
                // A reply may come too late by so little that it is handed over all the same.
                let awaited = self.awaited.take().map(|(awaited, _)| awaited.id);
                if awaited != Some(*id) && self.answered != Some(*id) {
                    return Err(Rule::Order);
                }
            }
            Event::Finished => {
                if self.in_term || !self.stopped {
                    return Err(Rule::Order);
                }
                self.finished = true;
            }
            _ => {}
        }
        Ok(())
    }

    /// Forgets what only counts while one fact is handled, and identifies the machine anew if it was at work.
    pub(crate) fn settle(&mut self) {
        self.answered = None;
        if self.print.is_none() {
            self.print = Some(Arc::new(Print::of(&*self.machine)));
        }
    }
}
