//! What can happen next.

use le_lease::Request;

use crate::candidate::{Process, Watch, Work};
use crate::late::Message;
use crate::world::World;

/// One step. Numbers are places of candidates, or of messages among those that are late.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Action {
    /// A tick passes, and everybody who is not paused looks at the clock.
    Tick,
    /// The request on its way is served and answered at once.
    Serve(usize),
    LoseRequest(usize),
    LoseReply(usize),
    DelayRequest(usize),
    DelayReply(usize),
    /// The request is served, and answered with an error.
    Garble(usize),
    /// The request is served twice, and the second reply comes.
    Repeat(usize),
    Refuse(usize),
    /// A late request reaches the store.
    Arrive(usize),
    /// A late reply reaches its process.
    Hear(usize),
    /// A watch begins to lag.
    Stall(usize),
    /// A watch tells the next change.
    Tell(usize),
    /// A watch that lags lists again.
    Relist(usize),
    Pause(usize),
    Resume(usize),
    Crash(usize),
    Restart(usize, Identity),
    /// Nobody starts in the place of who crashed or finished.
    Bury(usize),
    Stop(usize),
    /// The work gives up by itself.
    StepDown(usize),
    /// The work that was told to end has ended.
    Drain(usize),
    /// A stranger deletes the Lease.
    Delete,
    /// A stranger takes the Lease.
    Take,
    /// A stranger takes the Lease under the identity of a candidate.
    TakeAs(usize),
}

/// Under which identity a process starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Identity {
    New,
    Same,
    /// The same, and it knows that whoever had it is gone.
    SameAndAlone,
}

impl Action {
    /// Whether it is a fault, which there are only so many of.
    pub(crate) fn is_fault(self) -> bool {
        !matches!(
            self,
            Self::Tick
                | Self::Serve(_)
                | Self::Arrive(_)
                | Self::Hear(_)
                | Self::Tell(_)
                | Self::Relist(_)
                | Self::Resume(_)
                | Self::Restart(..)
                | Self::Bury(_)
                | Self::Drain(_)
        )
    }
}

impl World {
    /// Lists what can happen.
    pub(crate) fn actions(&self, actions: &mut Vec<Action>) {
        if self.broken.is_some() || self.leaders() > 1 || self.calm == Some(0) {
            return;
        }
        self.prompt(actions);
        let waits = !actions.is_empty();
        self.whenever(actions);
        // Where nobody competes, work that never ends and places that stay empty are no reason to ask why nobody leads.
        let deserted = self.calm.is_some() && self.competitors() == 0 && !actions.is_empty();
        if self.faults > 0 {
            self.go_wrong(actions);
        }
        if !waits && !deserted {
            actions.push(Action::Tick);
        }
    }

    /// Whether something is still held up by what went wrong, so that nobody can ask yet that somebody lead.
    pub(crate) fn is_restless(&self) -> bool {
        let absent = self.candidates.iter().any(|candidate| candidate.process.is_none() && !candidate.buried);
        let held_up = |process: &Process| process.paused || matches!(process.watch, Watch::Stalled);
        self.competitors() == 0
            || absent
            || !self.late.is_empty()
            || self.running().any(|(_, process)| held_up(process))
    }

    /// Counts those who lead or may: work that was told to end and does not keeps its candidate from it.
    fn competitors(&self) -> usize {
        let competes = |process: &Process| !process.stopped && process.work != Work::Draining;
        self.running().filter(|(_, process)| competes(process)).count()
    }

    /// What happens within the tick unless something goes wrong.
    fn prompt(&self, actions: &mut Vec<Action>) {
        for (who, process) in self.running() {
            if process.sending.is_some() {
                actions.push(Action::Serve(who));
            }
            let tells = !matches!(process.watch, Watch::Stalled) && !process.paused;
            if tells && !process.backlog.is_empty() {
                actions.push(Action::Tell(who));
            }
        }
    }

    /// What was held up by a fault, and can happen at any time.
    fn whenever(&self, actions: &mut Vec<Action>) {
        for (index, late) in self.late.iter().enumerate() {
            match late.message {
                Message::Request(_) => actions.push(Action::Arrive(index)),
                Message::Reply(_) if self.is_awake(late.place) => actions.push(Action::Hear(index)),
                Message::Reply(_) => {}
            }
        }
        for (who, process) in self.running() {
            if process.paused {
                actions.push(Action::Resume(who));
                continue;
            }
            if matches!(process.watch, Watch::Stalled) {
                actions.push(Action::Relist(who));
                if !process.backlog.is_empty() {
                    actions.push(Action::Tell(who));
                }
            }
            if process.work == Work::Draining {
                actions.push(Action::Drain(who));
            }
        }
        let absent = |who: &usize| self.candidates[*who].process.is_none() && !self.candidates[*who].buried;
        for who in (0..self.candidates.len()).filter(absent) {
            if self.running().next().is_some() {
                actions.push(Action::Bury(who));
            }
            if self.may_start() {
                actions.push(Action::Restart(who, Identity::New));
                actions.push(Action::Restart(who, Identity::Same));
                if !self.impostor {
                    actions.push(Action::Restart(who, Identity::SameAndAlone));
                }
            }
        }
    }

    fn go_wrong(&self, actions: &mut Vec<Action>) {
        for (who, process) in self.running() {
            self.go_wrong_for(who, process, actions);
        }
        if self.store.lease.is_some() {
            if self.may_delete() {
                actions.push(Action::Delete);
            }
            actions.push(Action::Take);
            actions.extend(self.running().map(|(who, _)| Action::TakeAs(who)));
        }
    }

    fn go_wrong_for(&self, who: usize, process: &Process, actions: &mut Vec<Action>) {
        if let Some((attempt, _)) = &process.sending {
            actions.extend([Action::LoseRequest(who), Action::DelayReply(who), Action::Refuse(who)]);
            // What is not applied is the same whenever it arrives, and however its reply is lost.
            if attempt.request != Request::Get {
                actions.push(Action::LoseReply(who));
                actions.push(Action::DelayRequest(who));
                actions.push(Action::Repeat(who));
            }
            actions.push(Action::Garble(who));
        }
        actions.push(Action::Crash(who));
        if process.paused {
            return;
        }
        actions.push(Action::Pause(who));
        if matches!(process.watch, Watch::Up) {
            actions.push(Action::Stall(who));
        }
        if !process.stopped {
            actions.push(Action::Stop(who));
        }
        if process.work == Work::Running {
            actions.push(Action::StepDown(who));
        }
    }
}
