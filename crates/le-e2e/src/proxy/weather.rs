//! What goes wrong between a replica and the API server.

use std::time::Duration;

use http::{Method, Request};

/// What happens to requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Weather {
    /// Everything passes.
    Clear,
    /// Nobody listens, and what is open is closed.
    Refuse,
    /// What is asked never arrives, and has no answer; connections stay open.
    Swallow(Which),
    /// The server does what it is asked, and its answer never arrives.
    ReplyLost(Which),
    /// The server does what it is asked, and its answer arrives so much later.
    Late(Which, Duration),
    /// The request arrives at the server so much later, whether the replica still waits or not.
    Delayed(Which, Duration),
    /// The server answers 429, with so many seconds to wait.
    TooMany {
        /// The value of `Retry-After`.
        retry_after: u32,
    },
    /// The server answers with this status, and has done nothing.
    Status(u16),
}

/// Which requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    /// All.
    All,
    /// Those that change something.
    Writes,
}

impl Which {
    pub(super) fn fits<B>(self, request: &Request<B>) -> bool {
        match self {
            Self::All => true,
            Self::Writes => request.method() != Method::GET,
        }
    }
}
