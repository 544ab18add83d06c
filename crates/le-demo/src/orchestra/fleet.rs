//! The replicas that run, one in each place.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitStatus;

use anyhow::Context as _;
use rustix::process::Signal;
use tokio::sync::mpsc::UnboundedSender;

use super::input::{Exit, Input};
use super::process::Process;
use crate::fault::Fault;
use crate::ledger::Kind;
use crate::report::Replica;
use crate::view::Log;

/// The processes.
#[derive(Debug)]
pub(super) struct Fleet {
    program: PathBuf,
    args: Vec<OsString>,
    inputs: UnboundedSender<Input>,
    log: Log,
    members: Vec<Member>,
}

#[derive(Debug)]
struct Member {
    replica: Replica,
    process: Process,
    state: State,
    probes: Option<SocketAddr>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Starting,
    Running,
    /// It has been told to go, by a signal of this kind.
    Going(Kind),
    Gone,
}

impl Fleet {
    /// Starts the first process in each place.
    pub(super) fn start(
        places: u32,
        args: Vec<OsString>,
        inputs: UnboundedSender<Input>,
        log: Log,
    ) -> anyhow::Result<Self> {
        let program = std::env::current_exe().context("this program does not know where it is")?;
        let mut fleet = Self { program, args, inputs, log, members: Vec::new() };
        for place in 0..places {
            let member = fleet.member(Replica { place, life: 1 })?;
            fleet.members.push(member);
        }
        Ok(fleet)
    }

    fn member(&self, replica: Replica) -> anyhow::Result<Member> {
        let process = Process::start(&self.program, replica, &self.args, self.inputs.clone(), &self.log)?;
        Ok(Member { replica, process, state: State::Starting, probes: None })
    }

    /// A replica has reported that it runs, and where it serves probes.
    pub(super) fn started(&mut self, replica: Replica, probes: SocketAddr) {
        if let Some(member) = self.find(replica).filter(|member| member.state == State::Starting) {
            member.state = State::Running;
            member.probes = Some(probes);
        }
    }

    /// Returns where the replicas serve probes.
    pub(super) fn probes(&self) -> BTreeMap<Replica, SocketAddr> {
        self.members.iter().filter_map(|member| Some((member.replica, member.probes?))).collect()
    }

    /// Makes a leader stand still.
    pub(super) fn freeze(&mut self, replica: Replica, fault: Fault) {
        self.signal(replica, if fault == Fault::Wedge { Signal::USR1 } else { Signal::STOP });
    }

    /// Lets it go on; blocked threads do so by themselves.
    pub(super) fn thaw(&mut self, replica: Replica) {
        self.signal(replica, Signal::CONT);
    }

    fn signal(&mut self, replica: Replica, signal: Signal) {
        if let Some(member) = self.find(replica) {
            member.process.signal(signal);
        }
    }

    /// Gives a replica a signal.
    pub(super) fn strike(&mut self, replica: Replica, kind: Kind) {
        if let Some(member) = self.find(replica) {
            member.strike(kind);
        }
    }

    /// Gives all of them a signal.
    pub(super) fn strike_all(&mut self, kind: Kind) {
        self.members
            .iter_mut()
            .filter(|member| member.state != State::Gone)
            .for_each(|member| member.strike(kind));
    }

    /// A process has ended. Tells what is wrong with that, if anything is.
    pub(super) fn exited(&mut self, replica: Replica, exit: &Exit) -> Option<String> {
        let member = self.find(replica)?;
        let state = std::mem::replace(&mut member.state, State::Gone);
        wrong(state, exit).map(|what| format!("{replica} {what}: {}", describe(exit)))
    }

    /// Starts the next process in the place of one that is gone.
    pub(super) fn replace(&mut self, replica: Replica) -> anyhow::Result<()> {
        let next = self.member(Replica { life: replica.life + 1, ..replica })?;
        if let Some(member) = self.find(replica) {
            *member = next;
        }
        Ok(())
    }

    /// Tells whether every place has a process that runs.
    pub(super) fn is_whole(&self) -> bool {
        self.members.iter().all(|member| member.state == State::Running)
    }

    /// Tells whether all processes have ended.
    pub(super) fn is_gone(&self) -> bool {
        self.members.iter().all(|member| member.state == State::Gone)
    }

    /// Says in a few words what each of them does.
    pub(super) fn states(&self) -> Vec<String> {
        self.members
            .iter()
            .map(|member| {
                let state = match member.state {
                    State::Starting => "starting",
                    State::Running => "running",
                    State::Going(Kind::Terminate) => "draining",
                    State::Going(Kind::Kill) | State::Gone => "gone",
                };
                format!("{} {state}", member.replica)
            })
            .collect()
    }

    /// Returns the processes that have not ended, by the identities under which they hold Leases.
    pub(super) fn living(&self) -> BTreeSet<String> {
        let lives = |member: &&Member| !matches!(member.state, State::Going(Kind::Kill) | State::Gone);
        self.members.iter().filter(lives).map(|member| member.replica.to_string()).collect()
    }

    fn find(&mut self, replica: Replica) -> Option<&mut Member> {
        self.members.iter_mut().find(|member| member.replica == replica)
    }
}

impl Member {
    fn strike(&mut self, kind: Kind) {
        // One that does not run yet has nothing to drain, and may not listen to signals yet.
        let kind = if self.state == State::Starting { Kind::Kill } else { kind };
        self.state = State::Going(kind);
        match kind {
            Kind::Terminate => {
                self.process.signal(Signal::TERM);
                // One that stands still hears of it only when it goes on.
                self.process.signal(Signal::CONT);
            }
            Kind::Kill => self.process.signal(Signal::KILL),
        }
    }
}

/// Says what is wrong with an end, if anything is.
fn wrong(state: State, exit: &Exit) -> Option<&'static str> {
    match state {
        State::Going(Kind::Kill) => None,
        State::Going(Kind::Terminate) if exit.status.as_ref().is_ok_and(ExitStatus::success) => None,
        State::Going(Kind::Terminate) => Some("was told to stop, and failed to"),
        State::Starting => Some("ended before it ran"),
        State::Running | State::Gone => Some("ended by itself"),
    }
}

/// Says how a process ended.
pub(super) fn describe(exit: &Exit) -> String {
    match &exit.status {
        Ok(status) => status.to_string(),
        Err(error) => format!("an unknown status ({error})"),
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::process::ExitStatusExt;

    use super::*;
    use crate::stamp::Stamp;

    fn exit(raw: i32) -> Exit {
        Exit { at: Stamp::at_millis(0), status: Ok(ExitStatus::from_raw(raw)) }
    }

    #[test]
    fn only_an_end_that_was_asked_for_is_right_and_after_a_sigterm_it_must_be_a_success() {
        let (success, failure, killed) = (exit(0), exit(1 << 8), exit(9));
        assert_eq!(wrong(State::Going(Kind::Kill), &killed), None);
        assert_eq!(wrong(State::Going(Kind::Terminate), &success), None);
        for end in [&failure, &killed] {
            assert!(wrong(State::Going(Kind::Terminate), end).is_some());
        }
        for end in [&success, &failure, &killed] {
            assert!(wrong(State::Starting, end).is_some());
            assert!(wrong(State::Running, end).is_some());
        }
    }
}
