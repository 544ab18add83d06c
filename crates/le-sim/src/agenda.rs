//! What is to happen when.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use le_core::Moment;
use le_lease::{AttemptId, Sighting};

use crate::go::Call;
use crate::schedule::Kind;
use crate::store::{Answer, Wish};

/// Something that is to happen.
#[derive(Clone, Debug)]
pub(crate) enum Happening {
    /// A candidate asked to be woken.
    Wake { who: usize, lease: usize, call: u64 },
    /// A request reaches the server.
    Arrive { who: usize, lease: usize, id: RequestId, wish: Wish, route: Route },
    /// A reply reaches the process; `None` is an error that tells nothing.
    Reply { who: usize, lease: usize, id: RequestId, reply: Reply },
    /// A process begins to watch.
    Open { who: usize },
    /// The list of a new watch is made on the server.
    List { who: usize, stream: u64, asked: Moment },
    /// A list reaches the process, and the watch is up.
    Listed { who: usize, stream: u64, sightings: Vec<Sighting> },
    /// A watch tells of the change with this index.
    Tell { who: usize, stream: u64, change: usize },
    /// A watch ends.
    Cut { who: usize, stream: u64 },
    /// The work of a term has ended, by itself or because it was told to.
    WorkEnds { who: usize, lease: usize, term: u64 },
    /// The fault with this number.
    Fault(usize),
    /// A candidate starts.
    Start { kind: Kind, identity: Option<String>, predecessor_is_gone: bool },
    /// A partition ends.
    Heal { who: usize },
    /// All is well, or should be.
    Calm,
}

/// Names a request of ours, or of a candidate like client-go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RequestId {
    Ours(AttemptId),
    Go(u64, Call),
}

/// What comes back.
#[derive(Clone, Debug)]
pub(crate) enum Reply {
    Answer(Answer),
    /// It was certainly not applied.
    Refused,
    /// Nobody knows.
    Unknown,
}

/// What becomes of a request at the server and after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Route {
    /// It is answered after so many nanoseconds.
    Answered(u64),
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
            | Self::Reply { who, .. }
            | Self::Open { who }
            | Self::Listed { who, .. }
            | Self::Tell { who, .. }
            | Self::Cut { who, .. }
            | Self::WorkEnds { who, .. } => Some(*who),
            Self::Arrive { .. }
            | Self::List { .. }
            | Self::Fault(_)
            | Self::Start { .. }
            | Self::Heal { .. }
            | Self::Calm => None,
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
