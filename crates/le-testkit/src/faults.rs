//! Faults by rule, and partitions.

mod answer;
mod fault;
mod rule;
mod tap;

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

pub use answer::Answer;
pub use fault::Fault;
pub use rule::Rule;

pub(crate) use rule::Action;
pub(crate) use tap::{Flow, Tap};

use crate::bell::Bell;
use crate::request::Request;
use fault::Armed;
use rule::Matcher;

/// What goes wrong, and for whom. Cheap to clone; all clones are one.
///
/// Rules are asked in the order in which they were made. Delays of several rules add up; otherwise the first rule that applies
/// decides.
///
/// ```
/// use std::time::Duration;
/// use le_testkit::{Answer, ApiServer, Verb};
///
/// let server = ApiServer::new();
/// let faults = server.faults();
///
/// // The next two renewals of `a` are applied, and answered with an error.
/// faults.rule().client("a").verb(Verb::Update).kind("Lease").times(2).fail_after(500);
/// // Everything else that `a` asks takes a second, until the rule is removed.
/// let slow = faults.rule().client("a").delay(Duration::from_secs(1));
/// // `b` is told to come back later, and `c` hears nothing at all.
/// faults.rule().client("b").answer(Answer::status(429).header("retry-after", "1"));
/// faults.partition("c");
///
/// slow.remove();
/// faults.heal("c");
/// ```
#[derive(Clone)]
pub struct Faults(Arc<Inner>);

pub(crate) struct Inner {
    state: Mutex<State>,
    changed: Bell,
}

#[derive(Default)]
struct State {
    rules: Vec<Armed>,
    partitions: HashMap<String, Partition>,
    last_rule: u64,
    last_watch: u64,
}

/// How a client is cut off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Partition {
    BlackHole,
    Refused,
}

/// Whether a client can reach the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reach {
    Open,
    Refused,
}

/// What is to be done to a request.
#[derive(Debug, Default)]
pub(crate) struct Plan {
    pub(crate) delay: Duration,
    pub(crate) action: Option<Action>,
}

impl Faults {
    pub(crate) fn new() -> Self {
        Self(Arc::new(Inner { state: Mutex::default(), changed: Bell::default() }))
    }

    /// Begins a rule. It takes effect with the word that says what goes wrong, such as [`Rule::fail_before`].
    pub fn rule(&self) -> Rule {
        Rule::new(self.clone())
    }

    /// Cuts a client off: it gets no answers, and its open watches bring nothing, as if every packet was lost.
    ///
    /// What it sends is held back, and goes on to the server when the partition is healed, if the client still waits by then;
    /// an answer that was under way arrives then, too.
    pub fn partition(&self, client: &str) {
        self.cut_off(client, Partition::BlackHole);
    }

    /// Cuts a client off so that it is told: connections are refused, and its open watches break.
    pub fn refuse_connections(&self, client: &str) {
        self.cut_off(client, Partition::Refused);
    }

    /// Ends the partition of a client.
    pub fn heal(&self, client: &str) {
        self.0.change(|state| {
            state.partitions.remove(client);
        });
    }

    /// Ends all partitions and removes all rules.
    pub fn clear(&self) {
        self.0.change(|state| {
            state.partitions.clear();
            state.rules.clear();
        });
    }

    fn cut_off(&self, client: &str, how: Partition) {
        self.0.change(|state| {
            state.partitions.insert(client.to_owned(), how);
        });
    }

    fn arm(&self, matcher: Matcher, action: Action) -> Fault {
        let mut id = 0;
        self.0.change(|state| {
            state.last_rule += 1;
            id = state.last_rule;
            let watches = matches!(action, Action::CutOpenWatches).then_some(state.last_watch);
            state.rules.push(Armed::new(id, matcher, action, watches));
        });
        Fault::new(self.clone(), id)
    }

    /// Decides what happens to a request.
    pub(crate) fn plan(&self, request: &Request) -> Plan {
        let mut plan = Plan::default();
        let mut struck = false;
        let mut state = self.0.state();
        for rule in &mut state.rules {
            if rule.action.is_about_streams() || !rule.strikes(request) {
                continue;
            }
            struck = true;
            match &rule.action {
                Action::Delay(delay) => plan.delay += *delay,
                action => {
                    plan.action = Some(action.clone());
                    break;
                }
            }
        }
        drop(state);
        if struck {
            // Who waits for a rule to strike is told.
            self.0.changed.ring();
        }
        plan
    }

    /// Waits until the client's packets get through, or says that its connections are refused.
    pub(crate) async fn reach(&self, client: &str) -> Reach {
        let mut changed = self.0.changed.listen();
        loop {
            changed.forget();
            match self.0.state().partitions.get(client) {
                None => return Reach::Open,
                Some(Partition::Refused) => return Reach::Refused,
                Some(Partition::BlackHole) => {}
            }
            changed.rung().await;
        }
    }

    pub(crate) fn tap(&self, request: &Request) -> Tap {
        let mut state = self.0.state();
        state.last_watch += 1;
        let id = state.last_watch;
        drop(state);
        Tap::new(Arc::clone(&self.0), request.clone(), id)
    }
}

impl Inner {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn change(&self, change: impl FnOnce(&mut State)) {
        change(&mut self.state());
        self.changed.ring();
    }
}

impl fmt::Debug for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.0.state();
        f.debug_struct("Faults").field("rules", &state.rules).field("partitions", &state.partitions).finish()
    }
}
