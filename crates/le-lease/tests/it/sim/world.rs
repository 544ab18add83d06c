//! The loop of one schedule.

use std::collections::BTreeMap;

use le_core::FencingToken;
use le_lease::{Attempt, Event, Notice, Reply, WriteTime};

use super::agenda::{Agenda, Happening};
use super::plan::{Plan, Strangers};
use super::process::{Answered, Process, Work};
use super::store::Store;

/// What a rule says about a schedule that breaks it.
pub(crate) type Verdict = Result<(), String>;

/// After so many happenings a schedule that has not ended makes no progress.
const MOST_STEPS: u64 = 400_000;

/// How many things happened of each kind.
pub(crate) type Counts = BTreeMap<&'static str, u64>;

/// One Lease, its candidates, and all that happens to them.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) plan: Plan,
    pub(crate) random: fastrand::Rng,
    pub(crate) now: u64,
    pub(crate) agenda: Agenda,
    pub(crate) store: Store,
    pub(crate) processes: Vec<Process>,
    pub(crate) server_down_until: u64,
    pub(crate) counts: Counts,
    /// When a stranger last deleted a held Lease.
    pub(crate) deleted_at: Option<u64>,
    /// When a stranger last did what opens a window.
    pub(crate) harmed_at: Option<u64>,
    /// The longest duration that anybody wrote, in seconds.
    pub(crate) longest_claim: u64,
    newest_token: Option<FencingToken>,
    /// When somebody first led after the faults had ended, and whether the calm is checked already.
    settled_at: Option<u64>,
    trace: Option<Vec<String>>,
}

impl World {
    pub(crate) fn new(seed: u64, strangers: Strangers, traced: bool) -> Self {
        let mut random = fastrand::Rng::with_seed(seed);
        let plan = Plan::draw(&mut random, strangers);
        let longest_claim = plan.timings[1].lease_duration_seconds() as u64;
        Self {
            plan,
            random,
            now: 0,
            agenda: Agenda::default(),
            store: Store::default(),
            processes: Vec::new(),
            server_down_until: 0,
            counts: Counts::new(),
            deleted_at: None,
            harmed_at: None,
            longest_claim,
            newest_token: None,
            settled_at: None,
            trace: traced.then(Vec::new),
        }
    }

    /// Runs the schedule to its end.
    pub(crate) fn run(&mut self) -> Verdict {
        let plan = format!("{:?}", self.plan);
        self.log(|| plan);
        for _ in 0..self.plan.candidates {
            let at = self.random.u64(..=self.plan.fault_every);
            self.agenda.put(at, Happening::Start { identity: None, predecessor_is_gone: false });
        }
        let first = self.random.u64(..=self.plan.fault_every);
        self.agenda.put(first, Happening::Fault);
        let end = self.plan.faults_end;
        let longest = self.longest_calm();
        for _ in 0..MOST_STEPS {
            let Some((at, happening)) = self.agenda.next() else {
                return Err("nothing is left to happen".into());
            };
            if let Some(settled) = self.settled_at {
                if at > settled + 2 * self.lease() {
                    return Ok(());
                }
            } else if at > end.max(self.now) && at > end + longest {
                return Err(format!("nobody leads {longest} ns after the faults ended"));
            }
            self.now = self.now.max(at);
            self.happen(happening)?;
            self.check()?;
        }
        Err(format!("no progress: {MOST_STEPS} steps, and only at {}", self.now))
    }

    pub(crate) fn trace(self) -> Vec<String> {
        self.trace.unwrap_or_default()
    }

    pub(crate) fn counts(&self) -> &Counts {
        &self.counts
    }

    pub(crate) fn count(&mut self, what: &'static str) {
        *self.counts.entry(what).or_default() += 1;
    }

    pub(crate) fn log(&mut self, line: impl FnOnce() -> String) {
        if let Some(trace) = &mut self.trace {
            trace.push(format!("{:>12.6}  {}", self.now as f64 / 1e9, line()));
        }
    }

    /// Whether there are still faults.
    pub(crate) fn stormy(&self) -> bool {
        self.now < self.plan.faults_end
    }

    pub(crate) fn lease(&self) -> u64 {
        self.plan.timings[0].lease_duration().as_nanos() as u64
    }

    /// How long after the faults somebody must lead: two claims, a held creation, a drain, a cool-down, some retries.
    fn longest_calm(&self) -> u64 {
        let renew = self.plan.timings[1].renew_deadline();
        let rests = self.plan.longest_drain
            + self.plan.longest_cooldown
            + self.plan.timings[1].retry_period() * 8
            + renew;
        // A stranger writes at most four times the lease duration.
        let claims = 4 * (self.longest_claim + 1) * 1_000_000_000;
        2 * claims + 3 * self.lease() + rests.as_nanos() as u64
    }

    fn happen(&mut self, happening: Happening) -> Verdict {
        if let Some(who) = happening.process() {
            let process = &self.processes[who];
            if !process.alive {
                return Ok(());
            }
            if self.now < process.paused_until {
                self.agenda.put(process.paused_until, happening);
                return Ok(());
            }
        }
        match happening {
            Happening::Wake { who, call } if self.processes[who].call == call => {
                self.processes[who].woken_at = u64::MAX;
                self.drive(who, None)
            }
            Happening::Wake { .. } => Ok(()),
            Happening::Arrive { who, id, request, fate } => self.arrive(who, id, &request, fate),
            Happening::Answer { who, id, reply } => self.answer(who, id, reply),
            Happening::Open { who } => self.open(who),
            Happening::List { who, stream, asked } => {
                self.list(who, stream, asked);
                Ok(())
            }
            Happening::Listed { who, stream, sighting } => self.listed(who, stream, sighting),
            Happening::Tell { who, stream, change } => self.tell(who, stream, change),
            Happening::Cut { who, stream } => self.cut(who, stream),
            Happening::WorkEnds { who, term } => self.work_ends(who, term),
            Happening::Fault => self.fault(),
            Happening::Start { identity, predecessor_is_gone } => self.start(identity, predecessor_is_gone),
            Happening::Heal { who } => {
                self.heal(who);
                Ok(())
            }
        }
    }

    fn answer(&mut self, who: usize, id: le_lease::AttemptId, reply: Reply) -> Verdict {
        if self.now < self.processes[who].cut_off_until {
            return Ok(());
        }
        self.log(|| format!("p{who} <- {id:?} {reply:?}"));
        let now = self.processes[who].clock.read(self.now);
        let success = matches!(reply, Reply::Written(_));
        let sent = self.processes[who].check_reply(now, id).filter(|_| success);
        self.processes[who].machine.handle_reply(now, id, reply);
        self.drive(who, sent)
    }

    /// Does for a machine what a driver does after every fact, in the order that its doc states.
    pub(crate) fn drive(&mut self, who: usize, answered: Option<Answered>) -> Verdict {
        let local = self.processes[who].clock.read(self.now);
        for _ in 0..8 {
            self.processes[who].machine.handle_timeout(local);
            while let Some(event) = self.processes[who].machine.poll_event() {
                self.processes[who].check_event(local, &event, answered)?;
                self.take_event(who, &event)?;
            }
            let wall = self.processes[who].wall + (self.now / 1000) as i64;
            // The last digits tell the processes apart, for no two clocks agree to the microsecond.
            let wall = WriteTime::from_micros(wall / 64 * 64 + who as i64);
            if let Some(attempt) = self.processes[who].machine.poll_request(local, wall) {
                self.processes[who].check_attempt(local, &attempt)?;
                self.send(who, attempt);
            }
            match self.processes[who].machine.poll_timeout() {
                Some(at) if at <= local => {}
                Some(at) => {
                    self.wake_at(who, at);
                    return Ok(());
                }
                None if self.processes[who].finished => {
                    self.processes[who].alive = false;
                    return Ok(());
                }
                None if self.processes[who].work != Work::Idle => return Ok(()),
                None => return Err(format!("p{who} waits for nothing: {:?}", self.processes[who].machine)),
            }
        }
        Err(format!("p{who} spins: {:?}", self.processes[who].machine))
    }

    fn wake_at(&mut self, who: usize, at: le_core::Moment) {
        let late = if self.stormy() && self.random.u8(..8) == 0 { self.random.u64(..20_000_000) } else { 0 };
        let process = &mut self.processes[who];
        let at = process.clock.when(at).saturating_add(late);
        if at != process.woken_at {
            process.call += 1;
            process.woken_at = at;
            let call = process.call;
            self.agenda.put(at, Happening::Wake { who, call });
        }
    }

    fn take_event(&mut self, who: usize, event: &Event) -> Verdict {
        self.log(|| format!("p{who} {event:?}"));
        match event {
            Event::Lead { token, .. } => {
                self.count("lead");
                let excused = self.in_window();
                if self.newest_token.is_some_and(|newest| *token <= newest) && !excused {
                    return Err(format!("token {token} after {:?}", self.newest_token));
                }
                self.newest_token = self.newest_token.max(Some(*token));
                self.work_begins(who);
            }
            Event::Renewed { .. } => self.count("renewed"),
            Event::WindDown => {
                self.count("wind down");
                self.end_work(who);
            }
            Event::End { reason } => {
                self.count(reason.as_str());
                self.end_work(who);
            }
            Event::Abandon(_) => self.count("abandoned"),
            Event::Released => self.count("released"),
            Event::Notice(notice) => self.count(match notice {
                Notice::IdentityUsedElsewhere { .. } => "notice: identity",
                Notice::LongDuration { .. } => "notice: long",
                Notice::NoDuration { .. } => "notice: no duration",
                Notice::DrainOverran { .. } => "notice: overran",
                Notice::StillDraining { .. } => "notice: still draining",
                Notice::NotReleased => "notice: not released",
                _ => "notice: new",
            }),
            Event::Finished => self.count("finished"),
            _ => {}
        }
        Ok(())
    }

    /// Sees to the rules that hold at every step.
    fn check(&mut self) -> Verdict {
        let mut leaders = (0..self.processes.len()).filter(|who| self.processes[*who].leads(self.now));
        let (first, second) = (leaders.next(), leaders.next());
        if let (Some(first), Some(second)) = (first, second) {
            if !self.in_window() {
                return Err(format!("two leaders: p{first} and p{second}"));
            }
            self.count("window used");
        }
        if !self.stormy() && first.is_some() && self.settled_at.is_none() {
            self.settled_at = Some(self.now);
        }
        Ok(())
    }

    /// For how long whoever holds a Lease may lead on after it was deleted.
    pub(crate) fn longest_right(&self) -> u64 {
        self.plan.timings[1].renew_deadline().as_nanos() as u64 + 1
    }

    /// Whether a stranger opened a window so lately that the right of a leader who was robbed may still last.
    fn in_window(&self) -> bool {
        self.harmed_at.is_some_and(|at| self.now <= at + self.longest_right())
    }

    fn send(&mut self, who: usize, attempt: Attempt) {
        self.log(|| format!("p{who} -> {:?} {:?}", attempt.id, attempt.request));
        let local = self.processes[who].clock.read(self.now);
        self.dispatch(who, attempt.id, attempt.request, attempt.give_up.since(local));
    }
}
