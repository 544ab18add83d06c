//! The loop of one schedule.

use le_core::FencingToken;

use crate::agenda::{Agenda, Happening};
use crate::chance::{Chance, For};
use crate::replica::Replica;
use crate::schedule::{Fate, Fault, Message, Schedule, Stray};
use crate::seen::{Kind, Seen};
use crate::store::Store;

/// What a rule says about a schedule that breaks it.
pub(crate) type Verdict = Result<(), String>;

/// After so many happenings a schedule that has not ended makes no progress.
const MOST_STEPS: u64 = 2_000_000;

/// What the judge remembers of one Lease.
#[derive(Clone, Debug, Default)]
pub(crate) struct Docket {
    /// When a stranger last deleted it while it was held.
    pub(crate) deleted_at: Option<u64>,
    /// When a stranger last did what opens a window.
    pub(crate) harmed_at: Option<u64>,
    /// When a candidate like client-go last took it, or freed it, while another's claim lasted.
    pub(crate) robbed_at: Option<u64>,
    pub(crate) newest_token: Option<FencingToken>,
    /// When somebody first led after the storm.
    pub(crate) settled_at: Option<u64>,
}

/// The Leases, their candidates, and all that happens to them.
#[derive(Debug)]
pub(crate) struct World<'a> {
    pub(crate) schedule: &'a Schedule,
    #[cfg(le_mutants)]
    pub(crate) mutant: Mutant,
    pub(crate) chance: Chance,
    pub(crate) now: u64,
    pub(crate) agenda: Agenda,
    pub(crate) store: Store,
    pub(crate) replicas: Vec<Replica>,
    pub(crate) dockets: Vec<Docket>,
    pub(crate) server_down_until: u64,
    /// The longest duration that anybody wrote, in seconds.
    pub(crate) longest_claim: u64,
    pub(crate) seen: Seen,
    /// The faults that had an effect, each with the process that it befell.
    pub(crate) faults: Vec<Fault>,
    /// The messages that went astray.
    pub(crate) strays: Vec<Stray>,
    log: Option<Vec<String>>,
}

/// The way in which the machines are broken on purpose, if they are.
#[cfg(le_mutants)]
pub(crate) type Mutant = Option<le_lease::Mutant>;
/// The way in which the machines are broken on purpose: none.
#[cfg(not(le_mutants))]
pub(crate) type Mutant = Option<std::convert::Infallible>;

impl<'a> World<'a> {
    pub(crate) fn new(
        schedule: &'a Schedule,
        #[cfg_attr(not(le_mutants), expect(unused_variables, reason = "there are none"))] mutant: Mutant,
        logged: bool,
    ) -> Self {
        let frame = &schedule.frame;
        Self {
            schedule,
            #[cfg(le_mutants)]
            mutant,
            chance: Chance::new(schedule.seed),
            now: 0,
            agenda: Agenda::default(),
            store: Store::new(frame.leases),
            replicas: Vec::new(),
            dockets: vec![Docket::default(); frame.leases],
            server_down_until: 0,
            longest_claim: frame.timings[1].0.div_ceil(1000),
            seen: Seen::default(),
            faults: Vec::new(),
            strays: Vec::new(),
            log: logged.then(Vec::new),
        }
    }

    /// Runs the schedule to its end.
    pub(crate) fn run(&mut self) -> Verdict {
        let schedule = self.schedule;
        let frame = &schedule.frame;
        let mut random = self.chance.of(For::Frame, 0, 1);
        for kind in &frame.fleet {
            let at = random.u64(..=self.lease());
            let start = Happening::Start { kind: *kind, identity: None, predecessor_is_gone: false };
            self.agenda.put(at, start);
        }
        for (index, fault) in schedule.faults.iter().enumerate() {
            self.agenda.put(fault.at, Happening::Fault(index));
        }
        self.agenda.put(frame.storm, Happening::Calm);
        let longest = self.longest_calm();
        for _ in 0..MOST_STEPS {
            let Some((at, happening)) = self.agenda.next() else {
                return Err("nothing is left to happen".into());
            };
            if at > frame.storm {
                let settled: Option<Vec<u64>> = self.dockets.iter().map(|docket| docket.settled_at).collect();
                match settled {
                    Some(times) if times.iter().all(|settled| at > settled + self.lease()) => {
                        return Ok(());
                    }
                    None if at > self.now && at > frame.storm + longest => {
                        let who = self.dockets.iter().position(|docket| docket.settled_at.is_none());
                        return Err(format!("nobody leads {who:?} {longest} ns after the storm"));
                    }
                    _ => {}
                }
            }
            self.now = self.now.max(at);
            self.happen(happening)?;
        }
        Err(format!("no progress: {MOST_STEPS} steps, and only at {}", self.now))
    }

    pub(crate) fn into_log(self) -> Vec<String> {
        self.log.unwrap_or_default()
    }

    pub(crate) fn count(&mut self, kind: Kind) {
        self.seen.count(kind);
    }

    pub(crate) fn log(&mut self, line: impl FnOnce() -> String) {
        if let Some(log) = &mut self.log {
            log.push(format!("{:>12.6}  {}", self.now as f64 / 1e9, line()));
        }
    }

    /// Whether there are still faults.
    pub(crate) fn stormy(&self) -> bool {
        self.now < self.schedule.frame.storm
    }

    /// The shorter lease duration, in nanoseconds.
    pub(crate) fn lease(&self) -> u64 {
        self.schedule.frame.timings[0].0 * 1_000_000
    }

    /// How long after the storm somebody must lead: two claims, a held creation, a drain, a cool-down, some retries.
    fn longest_calm(&self) -> u64 {
        let frame = &self.schedule.frame;
        let slower = frame.timings[1];
        // A stranger writes at most four times the lease duration, and client-go hangs for two of them.
        let claims = 4 * (self.longest_claim + 1) * 1_000_000_000;
        let retries = (slower.2 * 8 + slower.1) * 1_000_000;
        2 * claims + 3 * self.lease() + frame.longest_drain + frame.longest_cooldown + retries
    }

    /// Tells what becomes of a message, and notes it where it goes astray. Where the schedule does not list them, `draw` does.
    pub(crate) fn fate(
        &mut self,
        message: Message,
        draw: impl FnOnce(&Self) -> Option<Fate>,
    ) -> Option<Fate> {
        if !self.stormy() {
            return None;
        }
        let fate = match &self.schedule.strays {
            Some(listed) => listed.iter().find(|stray| stray.message == message).map(|stray| stray.fate),
            None => draw(self),
        }?;
        self.strays.push(Stray { message, fate });
        Some(fate)
    }

    /// Tells whether a message of the thousand goes astray.
    pub(crate) fn strays(&self, random: &mut fastrand::Rng) -> bool {
        self.schedule.frame.astray > 0 && random.u32(..1000) < self.schedule.frame.astray
    }

    fn happen(&mut self, happening: Happening) -> Verdict {
        if let Some(who) = happening.process() {
            let replica = &self.replicas[who];
            if !replica.alive {
                return Ok(());
            }
            if self.now < replica.paused_until {
                let until = replica.paused_until;
                self.agenda.put(until, happening);
                return Ok(());
            }
        }
        match happening {
            Happening::Wake { who, lease, call } => self.wake(who, lease, call),
            Happening::Arrive { who, lease, id, wish, route } => self.arrive(who, lease, id, &wish, route),
            Happening::Reply { who, lease, id, reply } => self.hand_over(who, lease, id, reply),
            Happening::Open { who } => self.open(who),
            Happening::List { who, stream, asked } => {
                self.list(who, stream, asked);
                Ok(())
            }
            Happening::Listed { who, stream, sightings } => self.listed(who, stream, sightings),
            Happening::Tell { who, stream, change } => self.tell(who, stream, change),
            Happening::Cut { who, stream } => self.cut(who, stream),
            Happening::WorkEnds { who, lease, term } => self.work_ends(who, lease, term),
            Happening::Fault(index) => {
                let fault = self.schedule.faults[index].clone();
                self.befall(fault)
            }
            Happening::Start { kind, identity, predecessor_is_gone } => {
                self.start(kind, identity, predecessor_is_gone)
            }
            Happening::Heal { who } => {
                self.heal(who);
                Ok(())
            }
            Happening::Calm => self.calm(),
        }
    }

    fn wake(&mut self, who: usize, lease: usize, call: u64) -> Verdict {
        let alarm = &mut self.replicas[who].alarms[lease];
        if alarm.call != call {
            return Ok(());
        }
        alarm.at = u64::MAX;
        if self.replicas[who].is_ours() { self.drive(who, lease, None) } else { self.drive_go(who, lease) }
    }

    /// Asks for a candidate to be woken at a moment of its own clock.
    pub(crate) fn wake_at(&mut self, who: usize, lease: usize, at: le_core::Moment) {
        let stormy = self.stormy();
        let replica = &mut self.replicas[who];
        let mut at = replica.clock.when(at);
        let alarm = &mut replica.alarms[lease];
        if at == alarm.at {
            return;
        }
        alarm.call += 1;
        alarm.at = at;
        let call = alarm.call;
        if stormy {
            replica.wakes += 1;
            let mut random = self.chance.of(For::Wake, who, replica.wakes);
            if random.u8(..8) == 0 {
                self.seen.count(Kind::TimerLate);
                at = at.saturating_add(random.u64(..20_000_000));
            }
        }
        self.agenda.put(at, Happening::Wake { who, lease, call });
    }
}
