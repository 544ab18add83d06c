//! The log of requests, for tests to ask.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::request::Request;

/// How many requests are kept unless [`Log::keep`] says otherwise.
const KEPT: usize = 100_000;

/// The requests that reached the server, in the order in which they came. Cheap to clone; all clones are one.
///
/// The last 100,000 are kept, about a kilobyte each with their bodies; [`Log::keep`] changes that. What a client cut off by a partition sends is not there before it is
/// let through.
#[derive(Clone)]
pub struct Log(Arc<Mutex<State>>);

struct State {
    entries: VecDeque<Entry>,
    /// The number of the first entry that is still there.
    first: u64,
    forgotten: u64,
    limit: usize,
}

/// A request, and how it was answered.
#[derive(Clone, Debug)]
pub struct Entry {
    request: Request,
    status: Option<u16>,
}

impl Entry {
    /// Returns the request.
    pub fn request(&self) -> &Request {
        &self.request
    }

    /// Returns the HTTP status of the answer; `None` while there is none, and for good if there never was one.
    pub fn status(&self) -> Option<u16> {
        self.status
    }
}

impl std::ops::Deref for Entry {
    type Target = Request;

    fn deref(&self) -> &Request {
        &self.request
    }
}

/// The place of a request in the log.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place(u64);

impl Log {
    pub(crate) fn new() -> Self {
        Self(Arc::new(Mutex::new(State { entries: VecDeque::new(), first: 0, forgotten: 0, limit: KEPT })))
    }

    /// Returns all requests that are kept.
    pub fn entries(&self) -> Vec<Entry> {
        self.state().entries.iter().cloned().collect()
    }

    /// Returns the requests that came at `time` or later, counted from when the server was made, on tokio's clock.
    pub fn since(&self, time: Duration) -> Vec<Entry> {
        self.select(|entry| entry.at() >= time)
    }

    /// Returns the requests for which this is true.
    pub fn select(&self, predicate: impl Fn(&Entry) -> bool) -> Vec<Entry> {
        self.state().entries.iter().filter(|entry| predicate(entry)).cloned().collect()
    }

    /// Counts the requests for which this is true.
    pub fn count(&self, predicate: impl Fn(&Entry) -> bool) -> usize {
        self.state().entries.iter().filter(|entry| predicate(entry)).count()
    }

    /// Returns how many requests are kept.
    pub fn len(&self) -> usize {
        self.state().entries.len()
    }

    /// Tells whether no request is kept.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns how many requests were dropped since the last [`clear`](Self::clear), for there were more than are kept.
    pub fn forgotten(&self) -> u64 {
        self.state().forgotten
    }

    /// Forgets all requests so far.
    pub fn clear(&self) {
        let mut state = self.state();
        state.first += state.entries.len() as u64;
        state.forgotten = 0;
        state.entries.clear();
    }

    /// Keeps no more than the last `limit` requests from now on.
    pub fn keep(&self, limit: usize) {
        let mut state = self.state();
        state.limit = limit;
        state.trim();
    }

    pub(crate) fn begin(&self, request: &Request) -> Place {
        let mut state = self.state();
        let place = Place(state.first + state.entries.len() as u64);
        state.entries.push_back(Entry { request: request.clone(), status: None });
        state.trim();
        place
    }

    pub(crate) fn answered(&self, place: Place, status: u16) {
        let mut state = self.state();
        let at = place.0.checked_sub(state.first).and_then(|at| usize::try_from(at).ok());
        if let Some(entry) = at.and_then(|at| state.entries.get_mut(at)) {
            entry.status = Some(status);
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn trim(&mut self) {
        while self.entries.len() > self.limit {
            self.entries.pop_front();
            self.first += 1;
            self.forgotten += 1;
        }
    }
}

/// Writes one line for each request.
impl fmt::Display for Log {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for entry in &self.state().entries {
            let status = entry.status.map_or("-".to_owned(), |status| status.to_string());
            writeln!(f, "{:?} {status}", entry.request)?;
        }
        Ok(())
    }
}

impl fmt::Debug for Log {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(&self.state().entries).finish()
    }
}
