//! What processes and the server suffer.

use le_core::StopReason;
use le_lease::{Machine, Options, WatchState};

use super::agenda::Happening;
use super::clock::Clock;
use super::plan::Strangers;
use super::process::{Process, Work};
use super::world::{Verdict, World};

impl World {
    pub(crate) fn start(&mut self, identity: Option<String>, predecessor_is_gone: bool) -> Verdict {
        // A candidate that never saw the holder of a deleted Lease would lead at once.
        let deleters = self.plan.strangers == Strangers::Deleters && !self.plan.holds;
        let safe_at = self.deleted_at.map_or(0, |at| at + self.longest_right());
        if deleters && self.now <= safe_at {
            let start = Happening::Start { identity, predecessor_is_gone };
            self.agenda.put(safe_at + 1, start);
            return Ok(());
        }
        let who = self.processes.len();
        let identity = identity.unwrap_or_else(|| format!("candidate-{who}"));
        let mut options = Options::default();
        options.drain_bound = self.plan.drain_bound;
        options.predecessor_is_gone = predecessor_is_gone;
        options.hold_new_leases = match self.plan.strangers {
            Strangers::Deleters => self.plan.holds,
            Strangers::Harmless => self.random.u8(..8) == 0,
            Strangers::Harmful => false,
        };
        let name = identity.parse().expect("valid");
        let timing = self.plan.timings[self.random.usize(..2)];
        let machine = Machine::with_options(timing, name, self.random.u64(..), options);
        let rate = self.random.u64(1024..=self.plan.fastest);
        let clock = Clock::new(self.now, self.random.u64(..1 << 40), rate);
        let watches = self.random.u8(..8) != 0;
        let wall = self.random.i64(..1 << 50);
        self.log(|| format!("p{who} starts as {identity}, {clock:?}, gone {predecessor_is_gone}"));
        self.processes.push(Process::new(identity, machine, timing, clock, wall));
        if watches {
            return self.open(who);
        }
        self.count("cannot watch");
        let now = clock.read(self.now);
        self.processes[who].machine.handle_watch(now, WatchState::Down);
        self.drive(who, None)
    }

    /// Lets the next fault happen, or ends them all.
    pub(crate) fn fault(&mut self) -> Verdict {
        let next = self.now + self.random.u64(1..=2 * self.plan.fault_every);
        let stormy = self.stormy();
        self.agenda.put(if stormy { next.min(self.plan.faults_end) } else { next }, Happening::Fault);
        if !stormy {
            let competes = |process: &Process| process.alive && !process.stopped;
            let starting = self.deleted_at.is_some_and(|at| self.now <= at + self.longest_right());
            if !self.processes.iter().any(competes) && !starting {
                return self.start(None, false);
            }
            return Ok(());
        }
        let until = (self.now + self.random.u64(1..=3 * self.lease())).min(self.plan.faults_end);
        if self.random.u8(..3) == 0 {
            return self.meddle();
        }
        let Some(who) = self.anybody() else { return self.start(None, false) };
        match self.random.u8(..12) {
            0..=2 => {
                self.count("partition");
                self.log(|| format!("p{who} is cut off until {until}"));
                self.processes[who].cut_off_until = until;
                self.agenda.put(until, Happening::Heal { who });
            }
            3 | 4 => {
                self.count("pause");
                self.log(|| format!("p{who} is paused until {until}"));
                self.processes[who].paused_until = until;
            }
            5 | 6 => self.crash(who),
            7 => {
                self.count("server unavailable");
                self.server_down_until =
                    (self.now + self.random.u64(1..=self.lease())).min(self.plan.faults_end);
            }
            8 => {
                let stream = self.processes[who].stream;
                if self.processes[who].open {
                    self.agenda.put(self.now, Happening::Cut { who, stream });
                }
            }
            9 if self.plan.impostors && self.processes.iter().filter(|process| process.alive).count() < 6 => {
                self.count("same identity");
                let twin = self.processes[who].identity.clone();
                return self.start(Some(twin), false);
            }
            _ => return self.stop(who),
        }
        Ok(())
    }

    fn anybody(&mut self) -> Option<usize> {
        let alive: Vec<usize> = (0..self.processes.len()).filter(|who| self.processes[*who].alive).collect();
        // More often than not it hits whoever leads.
        let leader = alive.iter().copied().find(|who| self.processes[*who].leads(self.now));
        leader.filter(|_| self.random.bool()).or_else(|| self.random.choice(alive))
    }

    fn crash(&mut self, who: usize) {
        self.count("crash");
        self.log(|| format!("p{who} crashes"));
        self.processes[who].alive = false;
        let name = self.processes[who].identity.clone();
        let identity = self.random.bool().then_some(name);
        let gone = identity.is_some() && !self.plan.impostors && self.random.bool();
        let at = if gone { self.now } else { self.now + self.random.u64(..2 * self.lease()) };
        if gone {
            self.count("predecessor is gone");
        }
        self.agenda.put(at, Happening::Start { identity, predecessor_is_gone: gone });
    }

    fn stop(&mut self, who: usize) -> Verdict {
        if self.processes[who].stopped || self.now < self.processes[who].paused_until {
            return Ok(());
        }
        self.count("stop");
        self.log(|| format!("p{who} is told to stop"));
        let at = self.now + self.random.u64(..2 * self.lease());
        self.agenda.put(at, Happening::Start { identity: None, predecessor_is_gone: false });
        let now = self.processes[who].clock.read(self.now);
        self.processes[who].stopped = true;
        self.processes[who].machine.handle_stop(now);
        self.drive(who, None)
    }

    pub(crate) fn heal(&mut self, who: usize) {
        let stream = self.processes[who].stream;
        if self.processes[who].alive && self.processes[who].open {
            self.agenda.put(self.now, Happening::Cut { who, stream });
        }
    }

    pub(crate) fn work_begins(&mut self, who: usize) {
        // Some work gives up by itself, or cannot even begin.
        if self.stormy() && self.random.u8(..6) == 0 {
            let after = self.random.u64(..self.lease());
            let term = self.processes[who].term;
            self.agenda.put(self.now + after, Happening::WorkEnds { who, term });
        }
    }

    pub(crate) fn end_work(&mut self, who: usize) {
        if self.processes[who].work == Work::Running {
            self.processes[who].work = Work::Draining;
            let longest = self.plan.longest_drain.as_nanos() as u64;
            let drain = if self.random.bool() { 0 } else { self.random.u64(..=longest) };
            let term = self.processes[who].term;
            self.agenda.put(self.now + drain, Happening::WorkEnds { who, term });
        }
    }

    pub(crate) fn work_ends(&mut self, who: usize, term: u64) -> Verdict {
        let calm = !self.stormy();
        let process = &mut self.processes[who];
        let was = process.work;
        // Work that was about to give up by itself does not, once all is well.
        if process.term != term || was == Work::Idle || (was == Work::Running && calm) {
            return Ok(());
        }
        let now = process.clock.read(self.now);
        process.work = Work::Idle;
        if was == Work::Running || self.random.u8(..8) == 0 {
            let cooldown = self.plan.longest_cooldown.mul_f64(self.random.f64());
            process.machine.handle_step_down(now, StopReason::PromotionFailed, cooldown);
            self.count("step down");
        } else {
            process.machine.handle_drained(now);
            self.count("drained");
        }
        self.log(|| format!("p{who} was {was:?}, now its work has ended"));
        self.drive(who, None)
    }
}
