//! What processes and the server suffer.

use le_lease::{Machine, Options, WatchState};

use crate::agenda::Happening;
use crate::chance::For;
use crate::clock::Clock;
use crate::go::Gopher;
use crate::replica::{Body, Replica, Seated};
use crate::schedule::{Fault, Kind, Restart, Strangers, What, Who};
use crate::seat::Seat;
use crate::seen;
use crate::world::{Verdict, World};

/// So many processes live at once at most, however many restart or are doubled.
const MOST_ALIVE: usize = 9;

impl World<'_> {
    pub(crate) fn start(
        &mut self,
        kind: Kind,
        identity: Option<String>,
        predecessor_is_gone: bool,
    ) -> Verdict {
        if self.replicas.iter().filter(|replica| replica.alive).count() >= MOST_ALIVE {
            return Ok(());
        }
        let frame = &self.schedule.frame;
        // A candidate that never saw the holder of a deleted Lease would lead at once.
        let deleted_at = self.dockets.iter().filter_map(|docket| docket.deleted_at).max();
        let safe_at = deleted_at.map_or(0, |at| at + self.longest_right());
        if frame.strangers == Strangers::Deleters
            && !frame.holds
            && deleted_at.is_some()
            && self.now <= safe_at
        {
            self.agenda.put(safe_at + 1, Happening::Start { kind, identity, predecessor_is_gone });
            return Ok(());
        }
        let who = self.replicas.len();
        let identity = identity.unwrap_or_else(|| format!("candidate-{who}"));
        let mut random = self.chance.of(For::Process, who, 0);
        let times = frame.timings[random.usize(..2)];
        let clock = Clock::new(self.now, random.u64(..1 << 40), random.u64(1024..=frame.fastest));
        // Wall clocks are minutes apart.
        let wall = 1_800_000_000_000_000 + random.i64(..600_000_000);
        let watches = random.u8(..8) != 0;
        self.log(|| {
            format!(
                "p{who} starts as {identity} ({kind:?}), {times:?}, {clock:?}, gone {predecessor_is_gone}"
            )
        });
        let now = clock.read(self.now);
        let leases = frame.leases;
        if kind != Kind::Ours {
            let seated = |lease| {
                let random = self.chance.of(For::Go, who, lease as u64);
                let gopher = Gopher::new(kind, identity.clone(), times.timing(), random, now);
                Seated { gopher, requests: 0, outstays: false, knows: false }
            };
            let body = Body::Go((0..leases).map(seated).collect());
            self.replicas.push(Replica::new(identity, body, clock, wall));
            return (0..leases).try_for_each(|lease| self.drive_go(who, lease));
        }
        let mut options = Options::default();
        options.drain_bound = std::time::Duration::from_nanos(frame.drain_bound);
        options.longest_wait = frame.longest_wait.map(std::time::Duration::from_nanos);
        options.predecessor_is_gone = predecessor_is_gone;
        options.hold_new_leases = match frame.strangers {
            Strangers::Deleters => frame.holds,
            Strangers::Harmless => random.u8(..8) == 0,
            Strangers::Harmful => false,
        };
        #[cfg(le_mutants)]
        {
            options.mutant = self.mutant;
        }
        let seat = |lease| {
            let seed = self.chance.of(For::Machine, who, lease as u64).u64(..);
            let name = identity.parse().expect("it is a valid identity");
            let machine = Machine::with_options(times.timing(), name, seed, options.clone());
            Seat::new(machine, times.timing(), identity.clone())
        };
        let body = Body::Ours((0..leases).map(seat).collect());
        self.replicas.push(Replica::new(identity, body, clock, wall));
        if watches {
            return self.open(who);
        }
        self.count(seen::Kind::CannotWatch);
        self.tell_watch(who, WatchState::Down)
    }

    /// Lets a fault happen, and notes it where it has an effect, with the process that it befell.
    pub(crate) fn befall(&mut self, fault: Fault) -> Verdict {
        let Fault { at, what } = fault;
        let storm = self.schedule.frame.storm;
        match what {
            What::Stranger(lease, deed) => {
                if self.meddle(lease, &deed) {
                    self.faults.push(Fault { at, what: What::Stranger(lease, deed) });
                }
                Ok(())
            }
            What::ServerDown(long) => {
                self.count(seen::Kind::ServerDown);
                self.server_down_until = (self.now + long).min(storm);
                self.faults.push(Fault { at, what });
                Ok(())
            }
            What::Start => {
                self.faults.push(Fault { at, what });
                self.start(Kind::Ours, None, false)
            }
            What::Partition(who, long) => {
                let Some(who) = self.victim(who) else { return self.nobody(at) };
                self.count(seen::Kind::Partition);
                self.log(|| format!("p{who} is cut off"));
                let until = (self.now + long).min(storm);
                self.replicas[who].cut_off_until = until;
                self.agenda.put(until, Happening::Heal { who });
                self.faults.push(Fault { at, what: What::Partition(Who::Process(who), long) });
                Ok(())
            }
            What::Pause(who, long) => {
                let Some(who) = self.victim(who) else { return self.nobody(at) };
                self.count(seen::Kind::Pause);
                self.log(|| format!("p{who} is paused"));
                self.replicas[who].paused_until = (self.now + long).min(storm);
                self.faults.push(Fault { at, what: What::Pause(Who::Process(who), long) });
                Ok(())
            }
            What::Suspend(who, long) => {
                let Some(who) = self.victim(who) else { return self.nobody(at) };
                self.count(seen::Kind::Suspend);
                self.log(|| format!("the machine of p{who} is suspended"));
                let until = (self.now + long).min(storm);
                let replica = &mut self.replicas[who];
                replica.paused_until = replica.paused_until.max(until);
                if !replica.is_ours() {
                    replica.clock.stand_still(until - self.now);
                }
                self.faults.push(Fault { at, what: What::Suspend(Who::Process(who), long) });
                Ok(())
            }
            What::Crash(who, restart, back) => {
                let Some(who) = self.victim(who) else { return self.nobody(at) };
                self.faults.push(Fault { at, what: What::Crash(Who::Process(who), restart, back) });
                self.crash(who, restart, back);
                Ok(())
            }
            What::Stop(who, another) => {
                let Some(who) = self.victim(who) else { return self.nobody(at) };
                self.faults.push(Fault { at, what: What::Stop(Who::Process(who), another) });
                self.stop(who, another)
            }
            What::CutWatch { who } => {
                let Some(who) = self.victim(who) else { return self.nobody(at) };
                let replica = &self.replicas[who];
                if replica.open {
                    let stream = replica.stream;
                    self.agenda.put(self.now, Happening::Cut { who, stream });
                    self.faults.push(Fault { at, what: What::CutWatch { who: Who::Process(who) } });
                }
                Ok(())
            }
            What::Twin { who } => {
                let Some(who) = self.victim(who) else { return self.nobody(at) };
                self.count(seen::Kind::Twin);
                self.faults.push(Fault { at, what: What::Twin { who: Who::Process(who) } });
                let twin = self.replicas[who].identity.clone();
                self.start(Kind::Ours, Some(twin), false)
            }
        }
    }

    /// Starts another where nobody is left.
    fn nobody(&mut self, at: u64) -> Verdict {
        if self.replicas.iter().any(|replica| replica.alive) {
            return Ok(());
        }
        self.faults.push(Fault { at, what: What::Start });
        self.start(Kind::Ours, None, false)
    }

    fn victim(&mut self, who: Who) -> Option<usize> {
        let alive: Vec<usize> = (0..self.replicas.len()).filter(|who| self.replicas[*who].alive).collect();
        let one_of = |count: usize| (!alive.is_empty()).then(|| alive[count % alive.len()]);
        match who {
            Who::Process(who) => alive.contains(&who).then_some(who),
            Who::Any(count) => one_of(count),
            Who::Leader(lease) => {
                let leads = |who: &usize| {
                    self.replicas[*who].leads(lease, self.now) || self.replicas[*who].go_leads(lease)
                };
                alive.iter().copied().find(leads).or(one_of(lease))
            }
        }
    }

    fn kind_of(&self, who: usize) -> Kind {
        self.schedule
            .frame
            .fleet
            .get(who)
            .copied()
            .filter(|_| !self.replicas[who].is_ours())
            .unwrap_or(Kind::Ours)
    }

    fn crash(&mut self, who: usize, restart: Restart, back: u64) {
        self.count(seen::Kind::Crash);
        self.log(|| format!("p{who} crashes"));
        self.replicas[who].alive = false;
        let kind = self.kind_of(who);
        let identity = (restart != Restart::New).then(|| self.replicas[who].identity.clone());
        let gone = restart == Restart::SameAndGone;
        self.count(match restart {
            Restart::New => seen::Kind::BackAnew,
            Restart::Same => seen::Kind::BackSame,
            Restart::SameAndGone => seen::Kind::BackGone,
        });
        let at = if gone { self.now } else { self.now + back };
        self.agenda.put(at, Happening::Start { kind, identity, predecessor_is_gone: gone });
    }

    fn stop(&mut self, who: usize, another: u64) -> Verdict {
        let replica = &mut self.replicas[who];
        if replica.stopped || self.now < replica.paused_until {
            return Ok(());
        }
        replica.stopped = true;
        let now = replica.clock.read(self.now);
        self.count(seen::Kind::Stop);
        self.log(|| format!("p{who} is told to stop"));
        let kind = self.kind_of(who);
        let start = Happening::Start { kind, identity: None, predecessor_is_gone: false };
        self.agenda.put(self.now + another, start);
        for lease in 0..self.schedule.frame.leases {
            match &mut self.replicas[who].body {
                Body::Ours(seats) => {
                    seats[lease].stop(now);
                    self.drive(who, lease, None)?;
                }
                Body::Go(seats) => {
                    seats[lease].gopher.stop(now);
                    self.drive_go(who, lease)?;
                }
            }
        }
        Ok(())
    }

    pub(crate) fn heal(&mut self, who: usize) {
        let replica = &self.replicas[who];
        if replica.alive && replica.open {
            let stream = replica.stream;
            self.agenda.put(self.now, Happening::Cut { who, stream });
        }
    }

    /// The storm is over: whoever is missing starts.
    pub(crate) fn calm(&mut self) -> Verdict {
        let competes = |replica: &Replica| replica.alive && !replica.stopped && replica.is_ours();
        if !self.replicas.iter().any(competes) {
            self.start(Kind::Ours, None, false)?;
        }
        let again = self.now + self.lease();
        self.agenda.put(again, Happening::Calm);
        Ok(())
    }
}
