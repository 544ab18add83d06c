//! What is to happen in one run: its frame, its faults, and which messages go astray. Written as YAML it is a trace that can be
//! replayed, read, and kept as a test.

use std::time::Duration;

use le_config::Timing;
use serde::{Deserialize, Serialize};

/// One run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Schedule {
    /// All that is left to chance, such as how long a message takes, follows from this.
    pub seed: u64,
    /// What holds from the first to the last.
    pub frame: Frame,
    /// What processes, the server and strangers do, in the order of time.
    pub faults: Vec<Fault>,
    /// The messages that go astray; absent where chance decides.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub strays: Option<Vec<Stray>>,
}

/// What holds from the first to the last.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Frame {
    /// What strangers may do.
    pub strangers: Strangers,
    /// Every process has one of these: they differ while a new configuration is rolled out. The second is the longer one.
    pub timings: [Times; 2],
    /// Whether every candidate holds what it creates before it leads.
    pub holds: bool,
    /// The number of Leases.
    pub leases: usize,
    /// The candidates that start with the run.
    pub fleet: Vec<Kind>,
    /// Until when there are faults, in nanoseconds.
    pub storm: u64,
    /// Whether there are twins and impostors; otherwise a restarted process may know that its predecessor is gone.
    pub impostors: bool,
    /// Of a thousand messages, how many go astray, where chance decides.
    pub astray: u32,
    /// The fastest clock, in 1024ths of true time; the slowest runs at 1024.
    pub fastest: u64,
    /// The drain bound of the machines, in nanoseconds.
    pub drain_bound: u64,
    /// The longest that another's claim is honoured, in nanoseconds; only then do strangers claim a Lease for 68 years.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub longest_wait: Option<u64>,
    /// How long work drains at most, in nanoseconds.
    pub longest_drain: u64,
    /// How long a replica waits at most after it stepped down, in nanoseconds.
    pub longest_cooldown: u64,
}

/// A timing, in milliseconds: lease duration, renew deadline, retry period.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Times(pub u64, pub u64, pub u64);

impl Times {
    /// Returns it as the library's own.
    ///
    /// # Panics
    ///
    /// Where it breaks a rule of the configuration.
    pub fn timing(self) -> Timing {
        let [lease, renew, retry] = [self.0, self.1, self.2].map(Duration::from_millis);
        Timing::new(lease, renew, retry).expect("schedules have valid timings")
    }
}

/// Which strangers there are, and so what must hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Strangers {
    /// They touch, rename and garble the Lease, and delete a free one: nothing of that may make a second leader.
    Harmless,
    /// They also free, delete and shorten a held one, which opens a window: it must close within a renew deadline.
    Harmful,
    /// They also delete a held one, where every candidate holds new Leases, or has seen its holder: there is no window.
    Deleters,
}

/// A kind of candidate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// The machine of `le-lease`.
    Ours,
    /// One that behaves like client-go 0.33: it releases under the version that it last wrote.
    Go33,
    /// One that behaves like client-go 0.35: it reads before it releases, and frees whatever it read.
    Go35,
}

/// Something that goes wrong at a time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Fault {
    /// When, in nanoseconds.
    pub at: u64,
    /// What.
    pub what: What,
}

/// What goes wrong. Durations are in nanoseconds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum What {
    /// Nothing passes between a process and the server.
    Partition(Who, u64),
    /// A process stands still; its timers are late, and what reaches it waits.
    Pause(Who, u64),
    /// The machine under a process is suspended; clocks that do not count that stand still.
    Suspend(Who, u64),
    /// A process is gone at once, and another starts after a while.
    Crash(Who, Restart, u64),
    /// A process is told to stop, and another starts after a while.
    Stop(Who, u64),
    /// The watch of a process ends.
    CutWatch {
        /// Whose.
        who: Who,
    },
    /// A second process starts under the identity of another.
    Twin {
        /// Whose.
        who: Who,
    },
    /// Another process starts.
    Start,
    /// The server answers nobody.
    ServerDown(u64),
    /// A stranger does something to a Lease.
    Stranger(usize, Deed),
}

/// Whom it befalls.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Who {
    /// Whoever leads this Lease.
    Leader(usize),
    /// One of those that live, counted around.
    Any(usize),
    /// The process with this number.
    Process(usize),
}

/// As what a crashed process comes back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Restart {
    /// Under a new identity.
    New,
    /// Under the same identity.
    Same,
    /// Under the same identity, and told that its predecessor is gone.
    SameAndGone,
}

/// What a stranger does to a Lease.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Deed {
    /// Deletes it.
    Delete,
    /// Makes a free one, where there is none.
    Create,
    /// Frees it, with the holder absent or empty.
    Free(Option<String>),
    /// Takes its whole spec away.
    Empty,
    /// Lets it run out a second after the last renewal.
    Shorten,
    /// Takes it under a name, for so many lease durations; for 68 years where none is given.
    Take(String, Option<i32>),
    /// Sets the duration, in lease durations of the candidates.
    Duration(Option<i32>),
    /// Sets the duration, in seconds, to something odd.
    OddDuration(i32),
    /// Sets `leaseTransitions`.
    Transitions(Option<i32>),
    /// Sets `renewTime`, in microseconds.
    Time(Option<i64>),
    /// Writes again what it was so many changes ago.
    Restore(usize),
    /// Changes a label.
    Touch,
}

/// A message that goes astray.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stray {
    /// Which one.
    pub message: Message,
    /// What becomes of it.
    pub fate: Fate,
}

/// Names a message by its number among those of its kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Message {
    /// The nth request of a process for a Lease.
    Request(usize, usize, u64),
    /// The nth change that a process is told by its watch.
    Tell(usize, u64),
    /// The nth list of a process.
    List(usize, u64),
    /// The nth write of all: a Lease that was just freed may be deleted.
    Write(u64),
}

/// What becomes of a message. Durations are in nanoseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fate {
    /// It never arrives.
    Lost,
    /// A request: it is served, and its reply is lost.
    ReplyLost,
    /// It arrives so much later: a write is applied late.
    Late(u64),
    /// A request: its reply takes so long.
    ReplyLate(u64),
    /// A request: it is served, and answered with an error.
    Garbled,
    /// A request: a proxy sends it twice, and the second reply counts. A change: it is told again so much later.
    Repeated(u64),
    /// A request: it is refused.
    Refused,
    /// A request: it never arrives, and the sender learns so.
    Broken,
    /// A list: it is as old as so many changes.
    Stale(usize),
    /// A Lease that was just freed is deleted.
    Swept,
}
