//! What is under way for longer than it should be.

use std::sync::Arc;

use le_lease::{AttemptId, Reply, Request};

use crate::print::Print;

/// A message that was delayed, or whose receiver is paused.
#[derive(Clone, Debug)]
pub(crate) struct Late {
    /// The place of the process that sent the request.
    pub(crate) place: usize,
    /// Its number: it may be gone.
    pub(crate) life: u64,
    pub(crate) id: AttemptId,
    pub(crate) message: Message,
    pub(crate) print: Arc<Print>,
}

#[derive(Clone, Debug)]
pub(crate) enum Message {
    Request(Arc<Request>),
    Reply(Arc<Reply>),
}

impl Late {
    /// Returns the number of the attempt, which the text begins with.
    pub(crate) fn id_number(&self) -> u64 {
        self.print.holes[0].1
    }

    pub(crate) fn is_request(&self) -> bool {
        matches!(self.message, Message::Request(_))
    }

    pub(crate) fn new(place: usize, life: u64, id: AttemptId, message: Message) -> Self {
        let print = Arc::new(Print::of(&(id, &message)));
        Self { place, life, id, message, print }
    }
}
