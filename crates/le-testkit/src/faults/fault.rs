//! A rule in force, and the hand that removes it.

use super::Faults;
use super::rule::{Action, Matcher};
use crate::request::Request;

/// A rule in force.
#[derive(Debug)]
pub(super) struct Armed {
    pub(super) id: u64,
    matcher: Matcher,
    pub(super) action: Action,
    /// The last watch that was open when the rule was made, for a rule that is about those alone.
    pub(super) last_watch: Option<u64>,
    seen: u64,
    pub(super) struck: u64,
}

impl Armed {
    pub(super) fn new(id: u64, matcher: Matcher, action: Action, last_watch: Option<u64>) -> Self {
        Self { id, matcher, action, last_watch, seen: 0, struck: 0 }
    }

    /// Tells whether this request is one that the rule strikes, and counts it.
    pub(super) fn strikes(&mut self, request: &Request) -> bool {
        if !self.matcher.matches(request) || self.matcher.times.is_some_and(|times| self.struck >= times) {
            return false;
        }
        self.seen += 1;
        let counted = self.seen.checked_sub(self.matcher.skip + 1);
        let strikes = counted.is_some_and(|nth| nth % self.matcher.every == 0);
        self.struck += u64::from(strikes);
        strikes
    }
}

/// A rule that is in force until it is removed or spent. Dropping this leaves it in force.
#[derive(Clone, Debug)]
pub struct Fault {
    faults: Faults,
    id: u64,
}

impl Fault {
    pub(super) fn new(faults: Faults, id: u64) -> Self {
        Self { faults, id }
    }

    /// Removes the rule. Requests that it struck stay struck; watches that it silenced go on.
    pub fn remove(&self) {
        self.faults.0.change(|state| state.rules.retain(|rule| rule.id != self.id));
    }

    /// Returns how often the rule has struck; 0 once it is removed.
    pub fn strikes(&self) -> u64 {
        let state = self.faults.0.state();
        state.rules.iter().find(|rule| rule.id == self.id).map_or(0, |rule| rule.struck)
    }

    /// Waits until the rule has struck this often.
    ///
    /// # Cancel safety
    ///
    /// Nothing is lost when this is dropped.
    pub async fn until_struck(&self, times: u64) {
        let mut changed = self.faults.0.changed.listen();
        while self.strikes() < times {
            changed.rung().await;
        }
    }
}
