//! A state of the search: one Lease, its candidates, and what is between them.

use std::sync::Arc;

use le_core::{FencingToken, Moment};
use le_lease::Event;

use crate::candidate::{Answered, Candidate, Process, Work};
use crate::journal::{Happening, Journal};
use crate::late::Late;
use crate::print::Print;
use crate::rules::Rule;
use crate::scope::{self, LONGEST_RIGHT, Scope, Setup};
use crate::store::Store;

/// The number of the identity that strangers have.
pub(crate) const STRANGER: u64 = 0;

/// A machine that still has something to do at the same moment after so many rounds spins.
const MOST_ROUNDS: usize = 8;

/// One state. What of it identifies it is said in `canon.rs`.
#[derive(Clone, Debug)]
pub(crate) struct World {
    pub(crate) scope: Scope,
    pub(crate) setup: Setup,
    pub(crate) tick: u64,
    /// How many faults there may still be.
    pub(crate) faults: u8,
    /// How many ticks are left once the storm has ended.
    pub(crate) calm: Option<u8>,
    /// Whether a right was granted since then.
    pub(crate) led: bool,
    pub(crate) store: Store,
    pub(crate) candidates: Vec<Candidate>,
    pub(crate) late: Vec<Late>,
    pub(crate) newest_token: Option<FencingToken>,
    /// When a stranger last deleted a held Lease.
    pub(crate) deleted_at: Option<u64>,
    /// Whether a stranger has taken the Lease under a candidate's identity: nobody knows then that whoever holds it is gone.
    pub(crate) impostor: bool,
    pub(crate) broken: Option<Rule>,
    /// How many processes there have been.
    pub(crate) lives: u64,
}

impl World {
    /// Makes the world at its first tick, with every candidate just started.
    pub(crate) fn new(scope: Scope, setup: Setup, journal: &mut Journal<'_>) -> Self {
        let mut world = Self {
            scope,
            setup,
            tick: scope::FIRST_TICK,
            faults: scope.faults,
            calm: None,
            led: false,
            store: Store::default(),
            candidates: Vec::new(),
            late: Vec::new(),
            newest_token: None,
            deleted_at: None,
            impostor: false,
            broken: None,
            lives: 0,
        };
        for who in 0..scope.candidates {
            world.candidates.push(Candidate { name: 0, life: 0, process: None, buried: false });
            world.start(who, None, false, journal);
        }
        world.settle();
        world
    }

    pub(crate) fn now(&self) -> Moment {
        scope::moment(self.tick)
    }

    /// Returns the processes that are alive, paused ones too.
    pub(crate) fn running(&self) -> impl Iterator<Item = (usize, &Process)> {
        let alive = self.candidates.iter().enumerate();
        alive.filter_map(|(who, candidate)| candidate.process.as_ref().map(|process| (who, process)))
    }

    pub(crate) fn process(&self, who: usize) -> Option<&Process> {
        self.candidates[who].process.as_ref()
    }

    /// Returns a process of which it is known that it is alive.
    pub(crate) fn process_mut(&mut self, who: usize) -> &mut Process {
        self.candidates[who].process.as_mut().expect("only what is alive acts")
    }

    pub(crate) fn is_awake(&self, who: usize) -> bool {
        self.process(who).is_some_and(|process| !process.paused)
    }

    /// Counts those who have the right to lead, paused ones too: they may be in the middle of an act.
    pub(crate) fn leaders(&self) -> usize {
        let now = self.now();
        self.running().filter(|(_, process)| process.machine.leading(now).is_some()).count()
    }

    /// Whether a candidate may start now. Where new Leases are led at once, one that never saw the holder of a deleted Lease would
    /// lead beside it: that is the documented window, and left out here.
    pub(crate) fn may_start(&self) -> bool {
        self.setup.holds || self.deleted_at.is_none_or(|at| self.tick > at + LONGEST_RIGHT)
    }

    /// Whether a stranger may delete the Lease without opening that window.
    pub(crate) fn may_delete(&self) -> bool {
        let version = self.store.record().map(|record| record.version);
        self.setup.holds
            || !self.store.is_held()
            || self.running().all(|(_, process)| process.machine.base() == version)
    }

    /// Does for a machine what a driver does after every fact, in the order that its doc states.
    pub(crate) fn drive(&mut self, who: usize, answered: Option<Answered>, journal: &mut Journal<'_>) {
        let now = self.now();
        for _ in 0..MOST_ROUNDS {
            self.process_mut(who).machine_mut().handle_timeout(now);
            while let Some(event) = self.process_mut(who).machine_mut().poll_event() {
                if let Err(rule) = self.process_mut(who).check_event(now, &event, answered) {
                    self.breaks(rule);
                }
                self.take_event(who, &event, journal);
            }
            let process = self.process_mut(who);
            let wall = process.wall();
            if let Some(attempt) = process.machine_mut().poll_request(now, wall) {
                if let Err(rule) = process.check_attempt(now, &attempt) {
                    self.breaks(rule);
                }
                journal.line(|| format!("c{who} sends {:?}", attempt.request));
                let print = Arc::new(Print::of(&attempt));
                self.process_mut(who).sending = Some((Arc::new(attempt), print));
            }
            let process = self.process_mut(who);
            match process.machine.poll_timeout() {
                Some(at) if at <= now => {}
                None if process.finished => {
                    self.end(who);
                    return;
                }
                None if process.work == Work::Idle => return self.breaks(Rule::NeverStuck),
                _ => return self.look_for_known_loss(who),
            }
        }
        self.breaks(Rule::OneAtATime);
    }

    fn take_event(&mut self, who: usize, event: &Event, journal: &mut Journal<'_>) {
        journal.note(Happening::of(event));
        journal.line(|| format!("c{who}: {event:?}"));
        match event {
            Event::Lead { token, .. } => {
                if self.newest_token.is_some_and(|newest| *token <= newest) {
                    self.breaks(Rule::Tokens);
                }
                self.newest_token = self.newest_token.max(Some(*token));
                self.led |= self.calm.is_some();
            }
            Event::Renewed { .. } => self.led |= self.calm.is_some(),
            Event::WindDown | Event::End { .. } => self.process_mut(who).end_work(),
            Event::Abandon(id) => self.abandon(who, *id),
            _ => {}
        }
    }

    /// Looks whether a machine leads on though it has seen that the Lease was written by somebody else.
    fn look_for_known_loss(&mut self, who: usize) {
        let (now, life) = (self.now(), self.candidates[who].life);
        let process = self.process_mut(who);
        let leads = process.machine.leading(now).is_some();
        let base = process.machine.base();
        let seen = self.store.lease.as_ref().is_some_and(|lease| base == Some(lease.record.version));
        if leads && seen && self.store.writer() != Some(life) {
            self.breaks(Rule::KnownLoss);
        }
    }

    pub(crate) fn breaks(&mut self, rule: Rule) {
        self.broken.get_or_insert(rule);
    }

    /// Ends a process: what it was sent reaches nobody, and what it sent may still arrive.
    pub(crate) fn end(&mut self, who: usize) {
        self.candidates[who].process = None;
        self.late.retain(|late| late.place != who || late.is_request());
    }

    /// Identifies anew whatever was at work.
    pub(crate) fn settle(&mut self) {
        for candidate in &mut self.candidates {
            if let Some(process) = &mut candidate.process {
                process.settle();
            }
        }
    }
}
