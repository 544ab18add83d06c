//! The machine under any script: what holds whatever happens, in whatever order, at whatever time.

use std::time::Duration;

use le_config::Timing;
use le_core::{FencingToken, Moment};
use le_lease::{
    Attempt, AttemptId, Event, Machine, Options, Purpose, Record, Reply, Request, Sighting, Version, Write,
    WriteTime,
};

use super::script::{Answer, Script, Step};

const ME: &str = "me";

/// Runs a script on a machine, and checks it at every step.
pub(crate) fn any_script_keeps_the_rules(bytes: &[u8]) {
    let mut script = Script::new(bytes);
    let (timing, options, seed) = (script.timing(), script.options(), script.seed());
    let mut watcher = Watcher::new(timing, options, seed);
    watcher.drive();
    for step in script {
        watcher.take(step);
        watcher.drive();
    }
}

/// The term that was told, as far as it has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Told {
    Nothing,
    Leading {
        deadline: Moment,
        token: FencingToken,
        winds_down: bool,
    },
    /// The term has ended, and its work has not.
    Ended,
}

/// A machine, and what must be true of it.
struct Watcher {
    machine: Machine,
    timing: Timing,
    options: Options,
    now: Moment,
    wall: i64,
    flight: Option<(Attempt, Moment)>,
    /// All attempts so far, to be answered too late.
    past: Vec<AttemptId>,
    told: Told,
    /// What a success that has just been answered may grant: the deadline and the token.
    grant: Option<(Purpose, Moment, FencingToken)>,
    last_token: Option<FencingToken>,
    last_write: Option<WriteTime>,
    /// The greatest version that was handed in, and whether all those of writes were greater than the ones before.
    newest: u64,
    in_order: bool,
    /// Until when somebody else's claim lasts, where the last fact tells.
    claim: Option<Moment>,
    finished: bool,
    stopped: bool,
    /// The requests at this moment, and the facts that may have called for one.
    requests: usize,
    facts: usize,
}

impl Watcher {
    fn new(timing: Timing, options: Options, seed: u64) -> Self {
        let identity = ME.parse().expect("a valid identity");
        let machine = Machine::with_options(timing, identity, seed, options.clone());
        Self {
            machine,
            timing,
            options,
            now: Moment::from_nanos(1_000_000_000),
            wall: 1_700_000_000_000_000,
            flight: None,
            past: Vec::new(),
            told: Told::Nothing,
            grant: None,
            last_token: None,
            last_write: None,
            newest: 0,
            in_order: true,
            claim: None,
            finished: false,
            stopped: false,
            requests: 0,
            facts: 0,
        }
    }

    fn take(&mut self, step: Step) {
        if matches!(step, Step::Watch(_) | Step::Stop | Step::Drained | Step::GiveUp(..) | Step::Absent(_)) {
            self.facts += 1;
        }
        let now = self.now;
        match step {
            Step::Wait(Some(time)) => self.pass(now + time),
            Step::Wait(None) => self.pass(self.machine.poll_timeout().unwrap_or(now).max(now)),
            Step::Back(time) => self.pass(Moment::from_nanos(now.as_nanos() - time.as_nanos() as u64)),
            Step::Present(shape) => {
                let record = shape.record(self.newest, self.last_write);
                self.claimed(&record);
                self.machine.handle_sighting(now, Sighting::Present(record));
            }
            Step::Deleted(shape) => {
                let record = shape.record(self.newest, self.last_write);
                self.claim = None;
                self.know(record.version);
                self.machine.handle_sighting(now, Sighting::Deleted(record));
            }
            Step::Absent(ago) => {
                self.claim = None;
                let asked = Moment::from_nanos(now.as_nanos().saturating_sub(ago.as_nanos() as u64));
                self.machine.handle_sighting(now, Sighting::Absent { asked });
            }
            Step::Watch(watch) => self.machine.handle_watch(now, watch),
            Step::Served(shape) => {
                let Some((attempt, _)) = &self.flight else { return };
                let record = shape.record(self.newest, self.last_write);
                let reply = match &attempt.request {
                    Request::Get => Reply::Found(record),
                    Request::Create(write) | Request::Update { write, .. } => Reply::Written(Record {
                        version: Version::new(self.newest.saturating_add(1)),
                        ..applied(write, record)
                    }),
                    other => panic!("{other:?} is no request"),
                };
                self.answer(attempt.id, reply);
            }
            Step::Answered { old, answer, shape } => {
                let under_way = self.flight.as_ref().map(|(attempt, _)| attempt.id);
                let past = usize::from(old).checked_rem(self.past.len()).map(|index| self.past[index]);
                let id = if old.is_multiple_of(2) { under_way } else { past };
                let Some(id) = id else { return };
                let record = shape.record(self.newest, self.last_write);
                self.answer(
                    id,
                    match answer {
                        Answer::Written => Reply::Written(record),
                        Answer::Found => Reply::Found(record),
                        Answer::NotFound => Reply::NotFound,
                        Answer::Conflict => Reply::Conflict,
                        Answer::Refused => Reply::Refused,
                        Answer::Unknown => Reply::Unknown,
                    },
                );
            }
            Step::Stop => {
                self.stopped = true;
                self.machine.handle_stop(now);
            }
            Step::Drained => {
                self.machine.handle_drained(now);
                self.work_ends();
            }
            Step::GiveUp(reason, cooldown) => {
                self.machine.handle_step_down(now, reason, cooldown);
                self.work_ends();
            }
        }
    }

    /// Moves the clock. The end of its range is not reached.
    fn pass(&mut self, to: Moment) {
        let to = to.min(Moment::from_nanos(u64::MAX / 2));
        if to != self.now {
            (self.requests, self.facts) = (0, 0);
        }
        self.wall += (to.since(self.now).as_micros() as i64).min(1 << 40);
        self.now = to;
    }

    /// Takes note of a version that the machine is about to be told. A state that it knows is no reason to do anything.
    fn know(&mut self, version: Version) {
        self.facts += usize::from(self.machine.base() != Some(version));
        self.newest = self.newest.max(version.get());
    }

    /// Takes note of a Lease that the machine is about to be told of: of somebody's claim, where it is news for certain.
    fn claimed(&mut self, record: &Record) {
        let is_news = record.version.get() > self.newest;
        self.know(record.version);
        self.claim = match record.holder() {
            Some(holder) if is_news && holder != ME => {
                let written = record.duration_seconds.filter(|seconds| *seconds > 0);
                let wait = written
                    .map_or(self.timing.lease_duration(), |seconds| Duration::from_secs(seconds as u64));
                Some(self.now + self.options.longest_wait.map_or(wait, |longest| wait.min(longest)))
            }
            _ => None,
        };
    }

    fn answer(&mut self, id: AttemptId, reply: Reply) {
        let is_due =
            self.flight.as_ref().is_some_and(|(attempt, _)| attempt.id == id && self.now < attempt.give_up);
        let flight = if is_due { self.flight.take() } else { None };
        match &reply {
            Reply::Written(record) => {
                let claim = self.claim.take();
                let token = FencingToken::new(record.version.get());
                if let Some((attempt, sent)) = &flight
                    && let Request::Create(write) | Request::Update { write, .. } = &attempt.request
                    && record.holder() == write.holder.as_ref().map(|holder| holder.as_str())
                    && record.renewed == Some(write.time)
                {
                    self.in_order &= record.version.get() > self.newest;
                    // A claim that was seen since stands: the Lease may be kept, and is not led.
                    let stands =
                        claim.is_some_and(|until| *sent < until) && write.purpose == Purpose::Acquire;
                    let grant = (write.purpose, *sent + self.timing.renew_deadline(), token);
                    self.grant = (!stands).then_some(grant);
                }
                self.know(record.version);
            }
            Reply::Found(record)
                if flight.as_ref().is_some_and(|(attempt, _)| attempt.request == Request::Get) =>
            {
                self.claimed(record);
            }
            Reply::NotFound | Reply::Found(_) => self.claim = None,
            _ => {}
        }
        self.machine.handle_reply(self.now, id, reply);
    }

    /// The work of a term that has ended, or is told to end, has ended.
    fn work_ends(&mut self) {
        self.listen();
        if self.told == Told::Ended {
            self.told = Told::Nothing;
        }
    }

    /// Does what a driver does after a fact.
    fn drive(&mut self) {
        for round in 0.. {
            assert!(round < 4, "it wants to be called again and again at one moment: {:?}", self.machine);
            self.machine.handle_timeout(self.now);
            self.listen();
            let wall = WriteTime::from_micros(self.wall);
            let base = self.machine.base();
            if let Some(attempt) = self.machine.poll_request(self.now, wall) {
                self.listen();
                self.send(attempt, base);
            }
            if self.machine.poll_timeout().is_none_or(|at| at > self.now) {
                break;
            }
        }
        self.grant = None;
        self.check_right();
        assert!(
            self.flight.as_ref().is_none_or(|(attempt, _)| self.now < attempt.give_up),
            "nobody gave it up"
        );
        assert!(
            !self.finished || self.machine.poll_timeout().is_none(),
            "it waits for something after the end"
        );
    }

    fn check_right(&self) {
        let expected = match self.told {
            Told::Leading { deadline, token, .. } => Some((token, deadline)),
            Told::Nothing | Told::Ended => None,
        };
        assert_eq!(self.machine.leading(self.now), expected, "what was told is what holds: {:?}", self.told);
        if let Some((_, deadline)) = expected {
            let before = Moment::from_nanos(deadline.as_nanos() - 1);
            assert!(self.now < deadline && self.machine.leading(before) == expected);
            assert_eq!(self.machine.leading(deadline), None);
            assert_eq!(self.machine.leading(Moment::NEVER), None);
        }
    }

    fn listen(&mut self) {
        while let Some(event) = self.machine.poll_event() {
            // Who has finished does nothing more. What it is still told of, it may find odd.
            assert!(!self.finished || matches!(event, Event::Notice(_)), "{event:?} after the end");
            self.hear(event);
        }
    }

    fn hear(&mut self, event: Event) {
        match event {
            Event::Lead { token, deadline } => {
                assert_eq!(self.grant.take(), Some((Purpose::Acquire, deadline, token)), "nothing grants it");
                assert_eq!(self.told, Told::Nothing, "the term before has not ended");
                assert!(self.now < deadline && !self.stopped);
                assert!(
                    !self.in_order || self.last_token.is_none_or(|last| last < token),
                    "{token} after a greater one"
                );
                self.last_token = Some(token);
                self.told = Told::Leading { deadline, token, winds_down: false };
            }
            Event::Renewed { deadline: renewed } => {
                let Told::Leading { deadline, .. } = &mut self.told else { panic!("nothing to renew") };
                let granted = self.grant.take().map(|(purpose, deadline, _)| (purpose, deadline));
                assert_eq!(granted, Some((Purpose::Renew, renewed)), "nothing grants it");
                *deadline = renewed;
            }
            Event::WindDown => {
                let Told::Leading { winds_down, .. } = &mut self.told else { panic!("nothing to wind down") };
                assert!(self.stopped && !*winds_down);
                *winds_down = true;
            }
            Event::End { .. } => {
                assert!(matches!(self.told, Told::Leading { .. }), "there is no term to end");
                self.told = Told::Ended;
            }
            Event::Abandon(id) => {
                let flight = self.flight.take();
                assert_eq!(flight.map(|(attempt, _)| attempt.id), Some(id), "another one is under way");
            }
            Event::Finished => {
                assert!(self.stopped && !matches!(self.told, Told::Leading { .. }));
                self.finished = true;
            }
            Event::Released => assert!(!matches!(self.told, Told::Leading { .. })),
            Event::Notice(notice) => assert!(!notice.to_string().is_empty()),
            other => panic!("{other:?} is not known"),
        }
    }

    fn send(&mut self, attempt: Attempt, base: Option<Version>) {
        self.requests += 1;
        assert!(self.requests <= 4 + 3 * self.facts, "it spins: {:?}", self.machine);
        assert!(!self.finished, "nothing is sent after the end");
        assert!(self.flight.is_none(), "one request is under way at a time");
        assert!(attempt.give_up > self.now);
        match &attempt.request {
            Request::Get => {}
            Request::Create(write) => self.check_write(write),
            Request::Update { base: under, write } => {
                assert_eq!(Some(*under), base, "a write goes under the version that it was computed from");
                self.check_write(write);
            }
            other => panic!("{other:?} is no request"),
        }
        self.past.push(attempt.id);
        self.flight = Some((attempt, self.now));
    }

    fn check_write(&mut self, write: &Write) {
        let leads = matches!(self.told, Told::Leading { .. });
        assert_eq!(write.purpose == Purpose::Renew, leads, "{write:?} in {:?}", self.told);
        assert_ne!(self.told, Told::Ended, "nothing is written while the work of an ended term runs");
        let releases = write.purpose == Purpose::Release;
        assert_eq!(write.holder.as_ref().map(|holder| holder.as_str()), (!releases).then_some(ME));
        let seconds = if releases { 1 } else { self.timing.lease_duration_seconds() };
        assert_eq!(write.duration_seconds, seconds);
        assert!(write.transitions >= 0, "the API server refuses {}", write.transitions);
        assert!(self.last_write.is_none_or(|last| last < write.time), "two writes look the same");
        self.last_write = Some(write.time);
        let claim = self.claim.unwrap_or_default();
        assert!(
            write.purpose != Purpose::Acquire || self.now >= claim,
            "somebody may still lead until {claim}"
        );
    }
}

/// Returns what a Lease becomes when a write is applied.
fn applied(write: &Write, before: Record) -> Record {
    Record {
        holder: Some(write.holder.as_ref().map_or_else(String::new, ToString::to_string)),
        duration_seconds: Some(write.duration_seconds),
        transitions: Some(write.transitions),
        renewed: Some(write.time),
        ..before
    }
}
