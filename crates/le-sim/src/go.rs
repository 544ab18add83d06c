//! A candidate that behaves like client-go's: what it does, and what is wrong with it.

use std::time::Duration;

use fastrand::Rng;
use le_config::Timing;
use le_core::Moment;
use le_lease::{Record, Version, WriteTime};

use crate::agenda::Reply;
use crate::schedule::Kind;
use crate::store::{Answer, Put, Wish};

/// A request of such a candidate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Call {
    /// Renews from the version that it knows.
    Renew,
    Get,
    Create,
    Update,
    GetToRelease,
    Release,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Mode {
    Acquire,
    /// It leads, and has tried to renew since then.
    Renew {
        since: Moment,
    },
    /// It gives up, and frees the Lease until then, before it stops its work.
    Release {
        until: Moment,
    },
    Off,
}

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Told {
    Leads,
    Renewed,
    Fails,
    Loses,
}

/// Such a candidate.
#[derive(Debug)]
pub(crate) struct Gopher {
    reads_before_release: bool,
    pub(crate) identity: String,
    timing: Timing,
    random: Rng,
    mode: Mode,
    stopping: bool,
    next_try: Moment,
    tried: Moment,
    /// What it saw last, as far as it looks at it, and when it saw that change.
    observed: Option<Record>,
    observed_at: Moment,
    /// What it last read or wrote, with its version.
    cached: Option<Record>,
    flight: Option<(u64, Call, Moment)>,
    calls: u64,
}

impl Gopher {
    pub(crate) fn new(kind: Kind, identity: String, timing: Timing, random: Rng, now: Moment) -> Self {
        Self {
            reads_before_release: kind == Kind::Go35,
            identity,
            timing,
            random,
            mode: Mode::Acquire,
            stopping: false,
            next_try: now,
            tried: now,
            observed: None,
            observed_at: now,
            cached: None,
            flight: None,
            calls: 0,
        }
    }

    /// Tells whether its work runs: from the first success until its release has come to an end.
    pub(crate) fn leads(&self) -> bool {
        matches!(self.mode, Mode::Renew { .. } | Mode::Release { .. })
    }

    /// Tells whether it knows that another holds the Lease, and leads all the same.
    pub(crate) fn knows_of_its_loss(&self) -> bool {
        self.leads() && self.observed.is_some() && !self.holds()
    }

    pub(crate) fn is_off(&self) -> bool {
        self.mode == Mode::Off
    }

    pub(crate) fn stop(&mut self, now: Moment) {
        self.stopping = true;
        match self.mode {
            Mode::Acquire => (self.mode, self.flight) = (Mode::Off, None),
            Mode::Renew { .. } => self.give_up(now),
            Mode::Release { .. } | Mode::Off => {}
        }
    }

    /// Returns when it wants to be called again.
    pub(crate) fn timeout(&self) -> Option<Moment> {
        let flight = self.flight.map(|(_, _, until)| until);
        match self.mode {
            Mode::Off => None,
            Mode::Acquire => Some(flight.unwrap_or(self.next_try)),
            Mode::Renew { since } => Some(flight.unwrap_or(self.next_try).min(self.deadline(since))),
            Mode::Release { until } => Some(if self.flight.is_none() { self.next_try } else { until }),
        }
    }

    /// Does what is due, and returns what it asks.
    pub(crate) fn poll(
        &mut self,
        now: Moment,
        wall: WriteTime,
        told: &mut Vec<Told>,
    ) -> Option<(u64, Call, Wish)> {
        if self.flight.is_some_and(|(_, _, until)| until <= now) {
            self.flight = None;
            if matches!(self.mode, Mode::Acquire) {
                self.fail(now);
            }
        }
        match self.mode {
            Mode::Renew { since } if self.deadline(since) <= now => {
                told.push(Told::Fails);
                self.give_up(now);
            }
            Mode::Release { until } if until <= now => self.end(now, told),
            _ => {}
        }
        if self.flight.is_some() || self.next_try > now {
            return None;
        }
        let call = match self.mode {
            Mode::Off => return None,
            Mode::Acquire | Mode::Renew { .. } => {
                self.tried = now;
                if self.holds() && self.is_valid(now) { Call::Renew } else { Call::Get }
            }
            Mode::Release { .. } if !self.holds() => {
                self.end(now, told);
                return None;
            }
            Mode::Release { .. } if self.reads_before_release => Call::GetToRelease,
            Mode::Release { .. } => Call::Release,
        };
        Some(self.send(now, wall, call))
    }

    /// Takes in a reply, and returns what it asks next.
    pub(crate) fn reply(
        &mut self,
        now: Moment,
        wall: WriteTime,
        id: u64,
        reply: Reply,
        told: &mut Vec<Told>,
    ) -> Option<(u64, Call, Wish)> {
        let (_, call, _) = self.flight.take_if(|(flying, _, _)| *flying == id)?;
        let answer = match reply {
            Reply::Answer(answer) => Some(answer),
            Reply::Refused | Reply::Unknown => None,
        };
        match (call, answer) {
            (Call::Renew | Call::Create | Call::Update, Some(Answer::Written(record))) => {
                self.succeed(now, record, told);
            }
            (Call::Renew, _) => return Some(self.send(now, wall, Call::Get)),
            (Call::Get, Some(Answer::Found(record))) => {
                self.observe(now, &record);
                let held = record.holder().is_some();
                self.cached = Some(record);
                if held && self.is_valid(self.tried) && !self.holds() {
                    self.fail(now);
                } else {
                    return Some(self.send(now, wall, Call::Update));
                }
            }
            (Call::Get, Some(Answer::NotFound)) => return Some(self.send(now, wall, Call::Create)),
            (Call::GetToRelease, Some(Answer::Found(record))) => {
                // The holder of what was just read is not looked at.
                self.cached = Some(record);
                return Some(self.send(now, wall, Call::Release));
            }
            (Call::GetToRelease | Call::Release, _) => self.end(now, told),
            _ => self.fail(now),
        }
        None
    }

    fn send(&mut self, now: Moment, wall: WriteTime, call: Call) -> (u64, Call, Wish) {
        self.calls += 1;
        // While it acquires nothing but the connection itself ends a call.
        let patience = match self.mode {
            Mode::Acquire | Mode::Off => self.timing.lease_duration() * 2,
            Mode::Renew { .. } | Mode::Release { .. } => self.timing.renew_deadline(),
        };
        self.flight = Some((self.calls, call, now + patience));
        let known = self.cached.as_ref();
        let transitions = known.and_then(|record| record.transitions).unwrap_or(0);
        let changes = matches!(call, Call::Update) && !self.holds();
        let releases = call == Call::Release;
        let put = Put {
            base: known.map(|record| record.version).filter(|_| call != Call::Create),
            holder: (!releases).then(|| self.identity.clone()),
            duration: if releases { 1 } else { self.timing.lease_duration().as_secs() as i32 },
            transitions: if call == Call::Create { 0 } else { transitions.wrapping_add(i32::from(changes)) },
            time: wall,
        };
        match call {
            Call::Get | Call::GetToRelease => (self.calls, call, Wish::Get),
            _ => (self.calls, call, Wish::Put(put)),
        }
    }

    fn succeed(&mut self, now: Moment, record: Record, told: &mut Vec<Told>) {
        // The clock is looked at after the reply: what was granted may be long over.
        self.observed = Some(cut(&record));
        self.observed_at = now;
        self.cached = Some(record);
        match self.mode {
            Mode::Acquire => told.push(Told::Leads),
            _ => told.push(Told::Renewed),
        }
        self.next_try = now + self.timing.retry_period();
        self.mode = Mode::Renew { since: self.next_try };
    }

    fn fail(&mut self, now: Moment) {
        let period = self.timing.retry_period();
        self.next_try = match self.mode {
            Mode::Acquire => now + period.mul_f64(1.0 + 1.2 * self.random.f64()),
            // A loss that it has just learnt of changes nothing: it goes on until its deadline.
            _ => now.max(self.tried + period),
        };
    }

    fn give_up(&mut self, now: Moment) {
        self.flight = None;
        self.next_try = now;
        self.mode = Mode::Release { until: now + self.timing.renew_deadline() };
    }

    fn end(&mut self, now: Moment, told: &mut Vec<Told>) {
        told.push(Told::Loses);
        self.flight = None;
        self.mode = if self.stopping { Mode::Off } else { Mode::Acquire };
        self.next_try = now + self.timing.retry_period();
    }

    fn deadline(&self, since: Moment) -> Moment {
        since + self.timing.renew_deadline()
    }

    /// Takes over what it reads: a change starts the wait anew. It compares times cut to seconds, and not the version.
    fn observe(&mut self, now: Moment, record: &Record) {
        let record = cut(record);
        if self.observed.as_ref() != Some(&record) {
            self.observed = Some(record);
            self.observed_at = now;
        }
    }

    fn holds(&self) -> bool {
        self.observed.as_ref().and_then(Record::holder) == Some(self.identity.as_str())
    }

    fn is_valid(&self, now: Moment) -> bool {
        let seconds = self.observed.as_ref().and_then(|record| record.duration_seconds).unwrap_or(0);
        let lasts = Duration::from_secs(u64::try_from(seconds).unwrap_or(0));
        self.observed.is_some() && self.observed_at + lasts > now
    }
}

/// What it compares of a record.
fn cut(record: &Record) -> Record {
    Record {
        version: Version::default(),
        uid: String::new(),
        renewed: record.renewed.map(|time| WriteTime::from_micros(time.as_micros().div_euclid(1_000_000))),
        ..record.clone()
    }
}
