//! A rule: which requests, how often, and what happens to them.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::{Answer, Fault, Faults};
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
    pub(super) skip: u64,
    pub(super) every: u64,
    pub(super) times: Option<u64>,
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
    pub(super) fn matches(&self, request: &Request) -> bool {
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
