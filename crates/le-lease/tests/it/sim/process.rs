//! One candidate: its machine, its clock, its work, and the order that it must keep.

use std::collections::{HashMap, VecDeque};

use le_config::Timing;
use le_core::Moment;
use le_lease::{Attempt, AttemptId, Event, Machine, Purpose, Request};

use super::clock::Clock;

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

/// One candidate's process; one that starts again is another.
#[derive(Debug)]
pub(crate) struct Process {
    pub(crate) identity: String,
    pub(crate) machine: Machine,
    pub(crate) timing: Timing,
    pub(crate) clock: Clock,
    pub(crate) alive: bool,
    pub(crate) stopped: bool,
    pub(crate) finished: bool,
    pub(crate) paused_until: u64,
    pub(crate) cut_off_until: u64,
    pub(crate) stream: u64,
    /// When the last thing that the watch tells is due, so that order is kept.
    pub(crate) told_until: u64,
    pub(crate) open: bool,
    pub(crate) call: u64,
    pub(crate) woken_at: u64,
    pub(crate) work: Work,
    pub(crate) term: u64,
    in_term: bool,
    winding_down: bool,
    /// The one request under way.
    flying: Option<AttemptId>,
    /// When each attempt was handed out and is given up, and whether it writes.
    answered: Option<AttemptId>,
    sent: HashMap<AttemptId, (Moment, Moment, Option<Purpose>)>,
    recent: VecDeque<Moment>,
    pub(crate) wall: i64,
}

impl Process {
    pub(crate) fn new(identity: String, machine: Machine, timing: Timing, clock: Clock, wall: i64) -> Self {
        Self {
            identity,
            machine,
            timing,
            clock,
            alive: true,
            stopped: false,
            finished: false,
            paused_until: 0,
            cut_off_until: 0,
            stream: 0,
            told_until: 0,
            open: false,
            call: 0,
            woken_at: u64::MAX,
            work: Work::Idle,
            term: 0,
            in_term: false,
            winding_down: false,
            flying: None,
            answered: None,
            sent: HashMap::new(),
            recent: VecDeque::new(),
            wall,
        }
    }

    pub(crate) fn leads(&self, now: u64) -> bool {
        self.alive && self.machine.leading(self.clock.read(now)).is_some()
    }

    /// Notes a request that was handed out; says what is wrong with it.
    pub(crate) fn check_attempt(&mut self, local: Moment, attempt: &Attempt) -> Result<(), String> {
        let purpose = match &attempt.request {
            Request::Create(write) | Request::Update { write, .. } => Some(write.purpose),
            _ => None,
        };
        if let Some(other) = self.flying {
            return Err(format!("two requests at once: {other:?} and {:?}", attempt.id));
        }
        if attempt.give_up <= local {
            return Err("a request is given up before it is sent".into());
        }
        match purpose {
            Some(Purpose::Acquire | Purpose::Release) if self.work != Work::Idle || self.in_term => {
                return Err(format!("{purpose:?} while the work is {:?}", self.work));
            }
            Some(Purpose::Renew) if !self.in_term => return Err("a renewal outside of a term".into()),
            _ => {}
        }
        self.flying = Some(attempt.id);
        self.sent.insert(attempt.id, (local, attempt.give_up, purpose));
        self.recent.push_back(local);
        let window = self.timing.retry_period();
        while self.recent.front().is_some_and(|sent| *sent + window < local) {
            self.recent.pop_front();
        }
        // An eighth of the period lies between two successes, and between two failures after the first few; each may be followed
        // by one read. A leader that gives up an attempt tries again at once, for that took its time.
        let timeout = attempt.give_up.since(local);
        let most = 24 + (window.as_nanos() / timeout.as_nanos()) as usize;
        if self.recent.len() > most {
            return Err(format!("{} requests within {window:?}", self.recent.len()));
        }
        Ok(())
    }

    /// Takes in that a reply is handed over; returns when the write that it answers was sent, unless that was given up.
    pub(crate) fn check_reply(&mut self, local: Moment, id: AttemptId) -> Option<Answered> {
        let (sent, give_up, purpose) = self.sent.remove(&id)?;
        let awaited = self.flying.take_if(|flying| *flying == id).is_some() && local < give_up;
        self.answered = Some(id);
        purpose.filter(|_| awaited).map(|purpose| Answered { sent, purpose })
    }

    /// Notes an event; says what is wrong with it. `answered` is when the write was sent whose success is being handled.
    pub(crate) fn check_event(
        &mut self,
        local: Moment,
        event: &Event,
        answered: Option<Answered>,
    ) -> Result<(), String> {
        if self.finished && !matches!(event, Event::Notice(_)) {
            return Err(format!("{event:?} after the end"));
        }
        match event {
            Event::Lead { deadline, .. } | Event::Renewed { deadline } => {
                let Some(Answered { sent, purpose }) = answered else {
                    return Err("claimed from no success".into());
                };
                if *deadline != sent + self.timing.renew_deadline() || *deadline <= local {
                    return Err(format!("a write sent at {sent} gave a right until {deadline} at {local}"));
                }
                let begins = matches!(event, Event::Lead { .. });
                if purpose != if begins { Purpose::Acquire } else { Purpose::Renew } {
                    return Err(format!("{event:?} from a write to {purpose:?}"));
                }
                if begins && (self.in_term || self.work != Work::Idle || self.stopped) {
                    return Err(format!("promoted while the work is {:?}", self.work));
                }
                if !begins && !self.in_term {
                    return Err("renewed outside of a term".into());
                }
                if begins {
                    (self.in_term, self.winding_down, self.work) = (true, false, Work::Running);
                    self.term += 1;
                }
            }
            Event::WindDown => {
                if !self.in_term || self.winding_down || !self.stopped {
                    return Err("told to wind down at the wrong time".into());
                }
                self.winding_down = true;
            }
            Event::End { .. } => {
                if !self.in_term {
                    return Err("demoted without a promotion".into());
                }
                if self.machine.leading(local).is_some() {
                    return Err("leads after the end of its term".into());
                }
                self.in_term = false;
            }
            Event::Abandon(id) => {
                // A reply may come too late by so little that it is handed over all the same.
                let flying = self.flying.take();
                if flying != Some(*id) && self.answered != Some(*id) {
                    return Err("gave up what was not under way".into());
                }
            }
            Event::Finished => {
                if self.in_term || !self.stopped {
                    return Err("finished within a term, or without having been told to stop".into());
                }
                self.finished = true;
            }
            _ => {}
        }
        Ok(())
    }
}
