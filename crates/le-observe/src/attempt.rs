//! Requests beside an election: each is given up after a while, and what goes wrong is told once.

use std::time::Duration;

use kube::Error;
use tokio::time::timeout;

/// Why nothing came of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Failure {
    /// The server does not let this replica in.
    Forbidden,
    /// There is no such object.
    Absent,
    /// The server refuses what is written.
    Refused,
    /// There was no answer in time.
    TimedOut,
    /// The server cannot be reached, or failed.
    Unreachable,
}

/// A request that came to nothing: why, and what the server said.
#[derive(Debug)]
pub(crate) struct Failed {
    pub(crate) why: Failure,
    pub(crate) said: String,
}

/// Waits for a request, for `bound` at most.
pub(crate) async fn within<T>(
    bound: Duration,
    request: impl Future<Output = Result<T, Error>>,
) -> Result<T, Failed> {
    match timeout(bound, request).await {
        Ok(Ok(answer)) => Ok(answer),
        Ok(Err(Error::Api(status))) => {
            let why = match status.code {
                403 => Failure::Forbidden,
                404 => Failure::Absent,
                400 | 413 | 422 => Failure::Refused,
                _ => Failure::Unreachable,
            };
            Err(Failed { why, said: status.message.clone() })
        }
        Ok(Err(error)) => Err(Failed { why: Failure::Unreachable, said: error.to_string() }),
        Err(_) => Err(Failed { why: Failure::TimedOut, said: format!("no answer within {bound:?}") }),
    }
}

/// What was told already.
#[derive(Debug, Default)]
pub(crate) struct Told(Vec<Failure>);

impl Told {
    /// Tells whether this is the first of its kind, which it is once.
    pub(crate) fn is_new(&mut self, why: Failure) -> bool {
        let is_new = !self.0.contains(&why);
        if is_new {
            self.0.push(why);
        }
        is_new
    }
}
