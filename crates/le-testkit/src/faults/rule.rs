//! A rule: which requests, how often, and what happens to them.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::{Answer, Faults};
use crate::request::{Request, Verb};

type Predicate = Arc<dyn Fn(&Request) -> bool + Send + Sync>;

/// A rule in the making. Without further words it applies to every request of every client, always.
#[must_use = "a rule does nothing until it is said what goes wrong, as `fail_before` does"]
#[derive(Debug)]
pub struct Rule {
    faults: Faults,
    matcher: Matcher,
}

/// Which requests a rule is about.
#[derive(Clone, Default)]
pub(super) struct Matcher {
    client: Option<String>,
    verbs: Vec<Verb>,
    kind: Option<String>,
    namespace: Option<String>,
    name: Option<String>,
    predicates: Vec<Predicate>,
    skip: u64,
    every: u64,
    times: Option<u64>,
}

/// What a rule does.
#[derive(Clone, Debug)]
pub(crate) enum Action {
    FailBefore(u16),
    FailAfter(u16),
    Delay(Duration),
    DelayAnswer(Duration),
    HangBefore,
    HangAfter,
    ApplyLate(Duration),
    Refuse,
    BreakAfter,
    Answer(Answer),
    Garbage,
    Truncate,
    CutWatch(Duration),
    CutOpenWatches,
    SilenceWatch,
}

impl Action {
    /// It strikes watches that are open, not requests that arrive.
    pub(crate) fn is_about_streams(&self) -> bool {
        matches!(self, Self::CutWatch(_) | Self::CutOpenWatches | Self::SilenceWatch)
    }
}

impl Rule {
    pub(super) fn new(faults: Faults) -> Self {
        Self { faults, matcher: Matcher { every: 1, ..Matcher::default() } }
    }

    /// Only requests of this client.
    pub fn client(mut self, client: &str) -> Self {
        self.matcher.client = Some(client.to_owned());
        self
    }

    /// Only requests with this verb; said twice, with either.
    pub fn verb(mut self, verb: Verb) -> Self {
        self.matcher.verbs.push(verb);
        self
    }

    /// Only requests that change objects.
    pub fn writes(self) -> Self {
        self.matching(|request| request.verb().is_write())
    }

    /// Only requests about this kind, given as `Lease` or as `leases`.
    pub fn kind(mut self, kind: &str) -> Self {
        self.matcher.kind = Some(kind.to_owned());
        self
    }

    /// Only requests in this namespace.
    pub fn namespace(mut self, namespace: &str) -> Self {
        self.matcher.namespace = Some(namespace.to_owned());
        self
    }

    /// Only requests about the object of this name.
    pub fn name(mut self, name: &str) -> Self {
        self.matcher.name = Some(name.to_owned());
        self
    }

    /// Only requests for which this is true.
    pub fn matching(mut self, predicate: impl Fn(&Request) -> bool + Send + Sync + 'static) -> Self {
        self.matcher.predicates.push(Arc::new(predicate));
        self
    }

    /// Lets the first `count` of them pass.
    pub fn after(mut self, count: u64) -> Self {
        self.matcher.skip = count;
        self
    }

    /// Only every `n`-th of them, the first included. 0 counts as 1.
    pub fn every(mut self, n: u64) -> Self {
        self.matcher.every = n.max(1);
        self
    }

    /// Only `count` of them; then the rule is spent.
    pub fn times(mut self, count: u64) -> Self {
        self.matcher.times = Some(count);
        self
    }

    /// Answers with this error and does not do what was asked.
    pub fn fail_before(self, status: u16) -> Fault {
        self.arm(Action::FailBefore(status))
    }

    /// Does what was asked, and answers with this error.
    pub fn fail_after(self, status: u16) -> Fault {
        self.arm(Action::FailAfter(status))
    }

    /// Waits before it does what was asked. A client that gives up meanwhile takes its request back.
    pub fn delay(self, delay: Duration) -> Fault {
        self.arm(Action::Delay(delay))
    }

    /// Does what was asked, and waits before it answers.
    pub fn delay_answer(self, delay: Duration) -> Fault {
        self.arm(Action::DelayAnswer(delay))
    }

    /// Neither does what was asked nor answers.
    pub fn hang_before(self) -> Fault {
        self.arm(Action::HangBefore)
    }

    /// Does what was asked, and never answers.
    pub fn hang_after(self) -> Fault {
        self.arm(Action::HangAfter)
    }

    /// Does what was asked after `delay`, even if the client gave up before, and never answers.
    pub fn apply_late(self, delay: Duration) -> Fault {
        self.arm(Action::ApplyLate(delay))
    }

    /// Fails the connection before the request gets through.
    pub fn refuse(self) -> Fault {
        self.arm(Action::Refuse)
    }

    /// Does what was asked, and breaks the connection instead of answering.
    pub fn break_after(self) -> Fault {
        self.arm(Action::BreakAfter)
    }

    /// Gives this answer and does not do what was asked.
    pub fn answer(self, answer: Answer) -> Fault {
        self.arm(Action::Answer(answer))
    }

    /// Does what was asked, and answers 200 with something that is not JSON.
    pub fn garbage(self) -> Fault {
        self.arm(Action::Garbage)
    }

    /// Does what was asked, and breaks the connection in the middle of the answer.
    pub fn truncate(self) -> Fault {
        self.arm(Action::Truncate)
    }

    /// Ends watches: those that are open, and each that is opened later as soon as it is.
    pub fn cut_watch(self) -> Fault {
        self.arm(Action::CutWatch(Duration::ZERO))
    }

    /// Ends watches some time after the rule or the watch began, whichever came later.
    pub fn cut_watch_after(self, delay: Duration) -> Fault {
        self.arm(Action::CutWatch(delay))
    }

    /// Ends the watches that are open now, and lets later ones be.
    pub fn cut_open_watches(self) -> Fault {
        self.arm(Action::CutOpenWatches)
    }

    /// Lets watches, open ones and later ones, bring nothing: no event, no bookmark. They end when their time is up. What
    /// happens meanwhile is sent when the rule is removed.
    pub fn silence_watch(self) -> Fault {
        self.arm(Action::SilenceWatch)
    }

    fn arm(self, action: Action) -> Fault {
        self.faults.arm(self.matcher, action)
    }
}

impl Matcher {
    fn matches(&self, request: &Request) -> bool {
        let same = |wanted: &Option<String>, is: &str| wanted.as_ref().is_none_or(|wanted| wanted == is);
        same(&self.client, request.client())
            && (self.verbs.is_empty() || self.verbs.contains(&request.verb()))
            && (same(&self.kind, request.kind()) || same(&self.kind, request.resource()))
            && same(&self.namespace, request.namespace())
            && self.name.as_ref().is_none_or(|name| request.name() == name.as_str())
            && self.predicates.iter().all(|predicate| predicate(request))
    }
}

impl fmt::Debug for Matcher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Matcher")
            .field("client", &self.client)
            .field("verbs", &self.verbs)
            .field("kind", &self.kind)
            .field("namespace", &self.namespace)
            .field("name", &self.name)
            .field("predicates", &self.predicates.len())
            .field("times", &self.times)
            .finish_non_exhaustive()
    }
}

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
        let mut changed = self.faults.0.changed.subscribe();
        while self.strikes() < times {
            if changed.changed().await.is_err() {
                return;
            }
        }
    }
}
