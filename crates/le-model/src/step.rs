//! How one step changes a world.

use le_core::StopReason;
use le_lease::WatchState;

use crate::action::{Action, Identity};
use crate::candidate::{Process, Watch, Work};
use crate::journal::{Happening, Journal};
use crate::network::Fate;
use crate::scope::{COOLDOWN, LONGEST_CALM};
use crate::world::{STRANGER, World};

impl World {
    /// Returns the world after a step.
    pub(crate) fn after(&self, action: Action, journal: &mut Journal<'_>) -> Self {
        let mut world = self.clone();
        journal.note(Happening::from(action));
        if action.is_fault() {
            world.faults -= 1;
        }
        world.happen(action, journal);
        world.settle();
        world.weather(journal);
        world
    }

    fn happen(&mut self, action: Action, journal: &mut Journal<'_>) {
        match action {
            Action::Tick => self.pass(journal),
            Action::Serve(who) => self.serve(who, Fate::Answered, journal),
            Action::LoseReply(who) => self.serve(who, Fate::Unanswered, journal),
            Action::DelayReply(who) => self.serve(who, Fate::AnsweredLate, journal),
            Action::Garble(who) => self.serve(who, Fate::Garbled, journal),
            Action::Repeat(who) => self.serve(who, Fate::Repeated, journal),
            Action::Refuse(who) => self.serve(who, Fate::Refused, journal),
            Action::LoseRequest(who) => self.process_mut(who).sending = None,
            Action::DelayRequest(who) => self.delay_request(who),
            Action::Arrive(index) => self.arrive(index, journal),
            Action::Hear(index) => self.hear(index, journal),
            Action::Stall(who) => self.process_mut(who).watch = Watch::Stalled,
            Action::Tell(who) => self.tell_next(who, journal),
            Action::Relist(who) => self.relist(who, journal),
            Action::Pause(who) => self.process_mut(who).paused = true,
            Action::Resume(who) => {
                self.process_mut(who).paused = false;
                self.drive(who, None, journal);
            }
            Action::Crash(who) => {
                self.delay_request(who);
                self.end(who);
            }
            Action::Restart(who, identity) => {
                let name = (identity != Identity::New).then_some(self.candidates[who].name);
                self.start(who, name, identity == Identity::SameAndAlone, journal);
            }
            Action::Bury(who) => self.candidates[who].buried = true,
            Action::Stop(who) => {
                let now = self.now();
                self.process_mut(who).stopped = true;
                self.process_mut(who).machine_mut().handle_stop(now);
                self.drive(who, None, journal);
            }
            Action::StepDown(who) => {
                let now = self.now();
                let process = self.process_mut(who);
                process.work = Work::Idle;
                process.machine_mut().handle_step_down(now, StopReason::PromotionFailed, COOLDOWN);
                self.drive(who, None, journal);
            }
            Action::Drain(who) => {
                let now = self.now();
                let process = self.process_mut(who);
                process.work = Work::Idle;
                process.machine_mut().handle_drained(now);
                self.drive(who, None, journal);
            }
            Action::Delete => {
                if self.store.is_held() && !self.setup.holds {
                    self.deleted_at = Some(self.tick);
                }
                let change = self.store.delete();
                self.spread(change, journal);
            }
            Action::Take => self.take(STRANGER, journal),
            Action::TakeAs(who) => {
                self.impostor = true;
                self.take(self.candidates[who].name, journal);
            }
        }
    }

    /// Sees whether the storm has ended, and whether the calm has: once somebody was granted a right in it nothing is left to ask
    /// for, and the world just goes on.
    ///
    /// No storm with faults to spare ends. That loses nothing, for a fault may be one that does nothing, such as a pause of no time.
    fn weather(&mut self, journal: &mut Journal<'_>) {
        if let Some(left) = self.calm.filter(|_| self.led) {
            journal.note_calm(LONGEST_CALM - left);
            self.calm = None;
        } else if self.faults == 0 && !self.led && self.calm.is_none() && !self.is_restless() {
            self.calm = Some(LONGEST_CALM);
        }
    }

    fn pass(&mut self, journal: &mut Journal<'_>) {
        self.tick += 1;
        self.calm = self.calm.map(|left| left - 1);
        self.deleted_at = self.deleted_at.filter(|_| !self.may_start());
        for who in 0..self.candidates.len() {
            let Some(process) = &mut self.candidates[who].process else { continue };
            process.requests = 0;
            if !process.paused {
                self.drive(who, None, journal);
            }
        }
    }

    pub(crate) fn start(&mut self, who: usize, name: Option<u64>, gone: bool, journal: &mut Journal<'_>) {
        self.lives += 1;
        let life = self.lives;
        let name = name.unwrap_or(life);
        let mut process = Process::new(&self.scope, self.setup, who, name, life, gone);
        let now = self.now();
        let polls = matches!(process.watch, Watch::Polls);
        let state = if polls { WatchState::Down } else { WatchState::Starting };
        process.machine_mut().handle_watch(now, state);
        let candidate = &mut self.candidates[who];
        (candidate.name, candidate.life, candidate.process) = (name, life, Some(process));
        if polls { self.drive(who, None, journal) } else { self.relist(who, journal) }
    }
}
