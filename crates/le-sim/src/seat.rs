//! One candidate for one Lease: its machine, its work, and the order that both must keep.

mod phase;

use std::collections::VecDeque;

use le_config::Timing;
use le_core::Moment;
use le_lease::{Attempt, AttemptId, Event, Machine, Purpose, Record, Request, Version};

use crate::seat::phase::{Phase, kind_of, way};
use crate::seen::{Kind, Seen};

/// What a work does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Work {
    Idle,
    Running,
    /// It was told to end.
    Draining,
}

/// The write whose success is being handled.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Answered {
    sent: Moment,
    purpose: Purpose,
}

#[derive(Clone, Copy, Debug)]
struct Sent {
    id: AttemptId,
    at: Moment,
    give_up: Moment,
    purpose: Option<Purpose>,
    base: Option<Version>,
}

/// One machine and what is known of it from outside.
#[derive(Debug)]
pub(crate) struct Seat {
    pub(crate) machine: Machine,
    timing: Timing,
    identity: String,
    pub(crate) finished: bool,
    pub(crate) work: Work,
    pub(crate) term: u64,
    /// How many requests it has sent.
    pub(crate) requests: u64,
    stopped: bool,
    in_term: bool,
    phase: Phase,
    flying: Option<AttemptId>,
    answered: Option<AttemptId>,
    /// The requests that may still be answered, given up or not.
    sent: Vec<Sent>,
    recent: VecDeque<Moment>,
    /// The newest version that it was told of, and whether that was another's.
    newest: Version,
    lost: bool,
    /// What a write of unknown outcome was computed from, until the Lease was looked at again.
    doubt: Option<Option<Version>>,
    looked_at: Option<Moment>,
}

impl Seat {
    pub(crate) fn new(machine: Machine, timing: Timing, identity: String) -> Self {
        Self {
            machine,
            timing,
            identity,
            finished: false,
            work: Work::Idle,
            term: 0,
            requests: 0,
            stopped: false,
            in_term: false,
            phase: Phase::Waiting,
            flying: None,
            answered: None,
            sent: Vec::new(),
            recent: VecDeque::new(),
            newest: Version::default(),
            lost: false,
            doubt: None,
            looked_at: None,
        }
    }

    pub(crate) fn stop(&mut self, now: Moment) {
        self.stopped = true;
        self.machine.handle_stop(now);
    }

    /// Notes that the work has ended, before the machine is told.
    pub(crate) fn work_ended(&mut self, seen: &mut Seen) {
        if self.work == Work::Draining && self.phase == Phase::Draining {
            self.turn(if self.stopped { Phase::Releasing } else { Phase::Waiting }, seen);
        }
        self.work = Work::Idle;
    }

    /// Notes what the machine is told of the Lease.
    pub(crate) fn told(&mut self, local: Moment, record: &Record, deleted: bool) {
        self.told_absence(local);
        if record.version > self.newest {
            self.newest = record.version;
            self.lost = !deleted && record.holder() != Some(self.identity.as_str());
        }
    }

    /// Notes that the machine is told that there is no Lease.
    pub(crate) fn told_absence(&mut self, local: Moment) {
        (self.doubt, self.looked_at) = (None, Some(local));
    }

    /// Says what is wrong with the machine after it has taken in all that it was told.
    pub(crate) fn check(&self, local: Moment) -> Result<(), String> {
        match self.machine.leading(local) {
            Some(_) if self.lost => Err("leads, though it was told that the Lease is not its own".into()),
            Some((_, until)) if until <= local => Err(format!("leads at {local} with a right until {until}")),
            Some(_) if !self.in_term => Err("leads outside of a term".into()),
            _ => Ok(()),
        }
    }

    /// Notes a request that was handed out; says what is wrong with it.
    pub(crate) fn check_attempt(
        &mut self,
        local: Moment,
        attempt: &Attempt,
        seen: &mut Seen,
    ) -> Result<(), String> {
        let (purpose, base) = match &attempt.request {
            Request::Create(write) => (Some(write.purpose), None),
            Request::Update { base, write } => (Some(write.purpose), Some(*base)),
            _ => (None, None),
        };
        seen.count(match (purpose, base) {
            (None, _) => Kind::AskGet,
            (Some(Purpose::Release), _) => Kind::AskRelease,
            (Some(Purpose::Renew), None) => Kind::AskRemake,
            (Some(Purpose::Renew), Some(_)) => Kind::AskRenew,
            (Some(_), None) => Kind::AskCreate,
            (Some(_), Some(_)) => Kind::AskAcquire,
        });
        if let Some(other) = self.flying {
            return Err(format!("two requests at once: {other:?} and {:?}", attempt.id));
        }
        if attempt.give_up <= local {
            return Err("a request is given up before it is sent".into());
        }
        if self.finished {
            return Err("a request after the end".into());
        }
        match purpose {
            Some(Purpose::Acquire | Purpose::Release) if self.work != Work::Idle || self.in_term => {
                return Err(format!("{purpose:?} while the work is {:?}", self.work));
            }
            Some(Purpose::Renew) if !self.in_term => return Err("a renewal outside of a term".into()),
            Some(_) if self.doubt == Some(base) && base != Some(Version::default()) => {
                return Err(
                    "a write after one of unknown outcome, from the same version and without a look".into()
                );
            }
            Some(Purpose::Release) if self.phase == Phase::Waiting => self.turn(Phase::Releasing, seen),
            Some(Purpose::Acquire) if self.phase == Phase::Releasing => self.turn(Phase::Waiting, seen),
            _ => {}
        }
        self.flying = Some(attempt.id);
        self.requests += 1;
        if self.sent.len() > 32 {
            self.sent.remove(0);
        }
        self.sent.push(Sent { id: attempt.id, at: local, give_up: attempt.give_up, purpose, base });
        self.check_pace(local, attempt.give_up.since(local))
    }

    fn check_pace(&mut self, local: Moment, timeout: std::time::Duration) -> Result<(), String> {
        self.recent.push_back(local);
        let window = self.timing.retry_period();
        while self.recent.front().is_some_and(|sent| *sent + window < local) {
            self.recent.pop_front();
        }
        // An eighth of the period lies between two successes, and between two failures after the first few; each may be followed
        // by one read. A leader that gives up an attempt tries again at once, for that took its time.
        let most = 24 + (window.as_nanos() / timeout.as_nanos()) as usize;
        if self.recent.len() > most {
            return Err(format!("{} requests within {window:?}", self.recent.len()));
        }
        Ok(())
    }

    /// Takes in that a reply is handed over; returns when the write that it answers was sent, where that is a success in time.
    pub(crate) fn check_reply(
        &mut self,
        local: Moment,
        id: AttemptId,
        reply: &le_lease::Reply,
    ) -> Option<Answered> {
        let place = self.sent.iter().position(|sent| sent.id == id)?;
        let sent = self.sent.remove(place);
        let awaited = self.flying.take_if(|flying| *flying == id).is_some() && local < sent.give_up;
        self.answered = Some(id);
        match (sent.purpose, reply) {
            (None, le_lease::Reply::Found(record)) if awaited => self.told(local, record, false),
            (None, le_lease::Reply::NotFound) if awaited => self.told_absence(local),
            (Some(_), le_lease::Reply::Unknown) if awaited => self.doubt = Some(sent.base),
            (Some(_), le_lease::Reply::Written(record)) if awaited => {
                self.newest = self.newest.max(record.version);
            }
            (Some(_), le_lease::Reply::NotFound) if awaited => self.told_absence(local),
            _ => {}
        }
        let purpose = sent.purpose.filter(|_| awaited && matches!(reply, le_lease::Reply::Written(_)));
        purpose.map(|purpose| Answered { sent: sent.at, purpose })
    }

    /// Notes an event; says what is wrong with it. `answered` is when the write was sent whose success is being handled.
    pub(crate) fn check_event(
        &mut self,
        local: Moment,
        event: &Event,
        answered: Option<Answered>,
        seen: &mut Seen,
    ) -> Result<(), String> {
        if self.finished && !matches!(event, Event::Notice(_)) {
            return Err(format!("{event:?} after the end"));
        }
        if let Some(kind) = kind_of(event) {
            seen.count(kind);
        }
        match event {
            Event::Lead { deadline, .. } => {
                self.check_right(local, *deadline, answered, Purpose::Acquire)?;
                if self.in_term || self.work != Work::Idle || self.stopped {
                    return Err(format!("promoted while the work is {:?}", self.work));
                }
                (self.in_term, self.work, self.lost) = (true, Work::Running, false);
                self.term += 1;
                if self.phase == Phase::Releasing {
                    self.phase = Phase::Waiting;
                }
                self.turn(Phase::Leading, seen);
            }
            Event::Renewed { deadline } => {
                self.check_right(local, *deadline, answered, Purpose::Renew)?;
                if !self.in_term {
                    return Err("renewed outside of a term".into());
                }
            }
            Event::WindDown => {
                if self.phase != Phase::Leading || !self.stopped {
                    return Err("told to wind down at the wrong time".into());
                }
                self.turn(Phase::Winding, seen);
            }
            Event::End { .. } => {
                if !self.in_term {
                    return Err("demoted without a promotion".into());
                }
                if self.machine.leading(local).is_some() {
                    return Err("leads after the end of its term".into());
                }
                self.in_term = false;
                self.turn(if self.work == Work::Idle { Phase::Releasing } else { Phase::Draining }, seen);
            }
            Event::Abandon(id) => {
                // A reply may come too late by so little that it is handed over all the same.
                let flying = self.flying.take();
                if flying != Some(*id) && self.answered != Some(*id) {
                    return Err("gave up what was not under way".into());
                }
                // An attempt is given up before whatever comes at the same moment is looked at.
                let looked = self.looked_at == Some(local);
                let write = |sent: &&Sent| sent.id == *id && sent.purpose.is_some();
                if let Some(sent) = self.sent.iter().find(write).filter(|_| !looked) {
                    self.doubt = Some(sent.base);
                }
            }
            Event::Released if self.phase == Phase::Releasing && !self.stopped => {
                self.turn(Phase::Waiting, seen);
            }
            Event::Finished => {
                if self.in_term || !self.stopped {
                    return Err("finished within a term, or without having been told to stop".into());
                }
                self.finished = true;
                self.turn(Phase::Finished, seen);
            }
            _ => {}
        }
        Ok(())
    }

    /// Says what is wrong with a right that the machine claims.
    fn check_right(
        &self,
        local: Moment,
        deadline: Moment,
        answered: Option<Answered>,
        expected: Purpose,
    ) -> Result<(), String> {
        let Some(Answered { sent, purpose }) = answered else {
            return Err("claimed from no success".into());
        };
        if deadline != sent + self.timing.renew_deadline() || deadline <= local {
            return Err(format!("a write sent at {sent} gave a right until {deadline} at {local}"));
        }
        if purpose != expected {
            return Err(format!("a write to {purpose:?} was taken for one to {expected:?}"));
        }
        Ok(())
    }

    fn turn(&mut self, to: Phase, seen: &mut Seen) {
        if let Some(kind) = way(self.phase, to) {
            seen.count(kind);
        }
        self.phase = to;
    }
}
