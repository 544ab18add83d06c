//! What lies between an open watch and its client.

use std::collections::HashSet;
use std::fmt;
use std::sync::Arc;

use tokio::time::{Instant, sleep_until};
use tokio_util::sync::CancellationToken;

use super::rule::Action;
use super::{Inner, Partition};
use crate::bell::Ear;
use crate::request::Request;

/// Whether anything comes through to the client of a watch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Flow {
    Open,
    /// The stream stays open and brings nothing.
    Silent,
    /// Nothing gets through, not even the end.
    Unreachable,
    /// The stream ends.
    Cut,
    /// The connection breaks.
    Broken,
}

/// The rules as one watch sees them.
pub(crate) struct Tap {
    faults: Arc<Inner>,
    request: Request,
    id: u64,
    considered: HashSet<u64>,
    silenced_by: Vec<u64>,
    cut_at: Option<Instant>,
    changed: Ear,
    closing: CancellationToken,
}

impl Tap {
    pub(super) fn new(faults: Arc<Inner>, request: Request, id: u64) -> Self {
        let changed = faults.changed.listen();
        Self {
            faults,
            request,
            id,
            considered: HashSet::new(),
            silenced_by: Vec::new(),
            cut_at: None,
            changed,
            closing: CancellationToken::new(),
        }
    }

    /// Ends the watch when the server that it came through is closing.
    pub(crate) fn until(mut self, closing: CancellationToken) -> Self {
        self.closing = closing;
        self
    }

    /// How things stand now.
    pub(crate) fn flow(&mut self) -> Flow {
        self.changed.forget();
        if self.closing.is_cancelled() {
            return Flow::Cut;
        }
        let mut struck = false;
        let mut state = self.faults.state();
        match state.partitions.get(self.request.client()) {
            Some(Partition::BlackHole) => return Flow::Unreachable,
            Some(Partition::Refused) => return Flow::Broken,
            None => {}
        }
        for rule in &mut state.rules {
            if !rule.action.is_about_streams() || !self.considered.insert(rule.id) {
                continue;
            }
            let too_late = rule.last_watch.is_some_and(|last| self.id > last);
            if too_late || !rule.strikes(&self.request) {
                continue;
            }
            struck = true;
            match rule.action {
                Action::SilenceWatch => self.silenced_by.push(rule.id),
                Action::CutWatch(delay) => {
                    let at = Instant::now() + delay;
                    self.cut_at = Some(self.cut_at.map_or(at, |before| before.min(at)));
                }
                _ => self.cut_at = Some(Instant::now()),
            }
        }
        let silent = state.rules.iter().any(|rule| self.silenced_by.contains(&rule.id));
        drop(state);
        if struck {
            self.faults.changed.ring();
            self.changed.forget();
        }
        if self.cut_at.is_some_and(|at| at <= Instant::now()) {
            return Flow::Cut;
        }
        if silent { Flow::Silent } else { Flow::Open }
    }

    /// Waits until things may stand differently.
    pub(crate) async fn changed(&mut self) {
        // A cut that is due has no more to say: it is for `flow` to tell, or waits until the client is reached again.
        let cut_at = self.cut_at.filter(|at| *at > Instant::now());
        let cut = async {
            match cut_at {
                Some(at) => sleep_until(at).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            biased;
            () = self.changed.rung() => {}
            () = cut => {}
            () = self.closing.cancelled() => {}
        }
    }
}

impl fmt::Debug for Tap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tap").field("id", &self.id).field("request", &self.request).finish_non_exhaustive()
    }
}
