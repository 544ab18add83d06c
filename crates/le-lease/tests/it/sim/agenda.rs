//! What is to happen when.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use le_lease::{AttemptId, Reply, Request, Sighting};

/// Something that is to happen.
#[derive(Clone, Debug)]
pub(crate) enum Happening {
    /// A process asked to be woken.
    Wake { who: usize, call: u64 },
    /// A request reaches the server.
    Arrive { who: usize, id: AttemptId, request: Request, fate: Fate },
    /// A reply reaches the process.
    Answer { who: usize, id: AttemptId, reply: Reply },
    /// A process begins to watch.
    Open { who: usize },
    /// The list of a new watch is made on the server.
    List { who: usize, stream: u64, asked: le_core::Moment },
    /// A list reaches the process, and the watch is up.
    Listed { who: usize, stream: u64, sighting: Sighting },
    /// A watch tells of the change with this index.
    Tell { who: usize, stream: u64, change: usize },
    /// A watch ends.
    Cut { who: usize, stream: u64 },
    /// The work of a term has ended, by itself or because it was told to.
    WorkEnds { who: usize, term: u64 },
    /// The next fault.
    Fault,
    /// A candidate starts.
    Start { identity: Option<String>, predecessor_is_gone: bool },
    /// A partition ends.
    Heal { who: usize },
}

/// What becomes of a request on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    /// It is answered after so many nanoseconds.
    Answered { after: u64 },
    /// It is served, and its reply is lost.
    Unanswered,
    /// It is served, and answered with an error.
    Garbled,
    /// It is served, then sent again by a proxy, and what is answered is the second reply.
    Repeated,
    /// It is refused.
    Refused,
    /// It never arrives, and the sender learns so.
    Broken,
}

impl Happening {
    /// Returns the process that must be running for this to happen now.
    pub(crate) fn process(&self) -> Option<usize> {
        match self {
            Self::Wake { who, .. }
            | Self::Answer { who, .. }
            | Self::Open { who }
            | Self::Listed { who, .. }
            | Self::Tell { who, .. }
            | Self::Cut { who, .. }
            | Self::WorkEnds { who, .. } => Some(*who),
            Self::Arrive { .. }
            | Self::List { .. }
            | Self::Fault
            | Self::Start { .. }
            | Self::Heal { .. } => None,
        }
    }
}

/// A queue by time; what is due together happens in the order in which it was put there.
#[derive(Debug, Default)]
pub(crate) struct Agenda {
    order: BinaryHeap<Reverse<(u64, u64, usize)>>,
    slots: Vec<Option<Happening>>,
    free: Vec<usize>,
    count: u64,
}

impl Agenda {
    pub(crate) fn put(&mut self, at: u64, happening: Happening) {
        let slot = self.free.pop().unwrap_or_else(|| {
            self.slots.push(None);
            self.slots.len() - 1
        });
        self.slots[slot] = Some(happening);
        self.count += 1;
        self.order.push(Reverse((at, self.count, slot)));
    }

    pub(crate) fn next(&mut self) -> Option<(u64, Happening)> {
        let Reverse((at, _, slot)) = self.order.pop()?;
        self.free.push(slot);
        Some((at, self.slots[slot].take().expect("every slot in the queue is full")))
    }
}
