//! Where everything that happens is noted, judged and written down.

use std::collections::BTreeMap;
use std::io::Write;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use le_core::Leadership;
use tokio::time::Instant;

use crate::entry::{Entry, Name, What};
use crate::journal::Journal;
use crate::plan::{Breach, Plan};
use crate::verdict::{Rule, Rules, Verdict};

/// How long a replica acts on that breaks the rule.
const ACTS_ON: Duration = Duration::from_secs(8);

/// Where everything that happens is noted. Cheap to clone; all clones are one.
#[derive(Clone)]
pub(crate) struct Arena {
    origin: Instant,
    breach: Breach,
    state: Arc<Mutex<State>>,
}

struct State {
    journal: Journal,
    verdict: Verdict,
    tally: BTreeMap<&'static str, u64>,
    held: Vec<Held>,
}

/// A term that somebody believes in.
struct Held {
    who: Name,
    leadership: Leadership,
    bucket: Name,
    draining: bool,
    /// When it was found to have ended.
    over: Option<Instant>,
}

/// What came out, at the end.
pub(crate) struct Record {
    pub(crate) verdict: Verdict,
    pub(crate) tally: BTreeMap<&'static str, u64>,
    pub(crate) digest: u64,
}

impl Arena {
    /// Makes one whose time begins now.
    pub(crate) fn new(plan: &Plan, buckets: Vec<Name>, out: Option<Box<dyn Write + Send>>) -> Self {
        // An eighth of the retry period lies between two writes, and each may be followed by a read: the bound of the simulator.
        let rules = Rules {
            buckets,
            renew_deadline: Plan::RENEW,
            window: Plan::RETRY,
            most: 25,
            act_every: Plan::ACT,
        };
        let state = State {
            journal: Journal::new(out),
            verdict: Verdict::new(rules),
            tally: BTreeMap::new(),
            held: Vec::new(),
        };
        Self { origin: Instant::now(), breach: plan.breach, state: Arc::new(Mutex::new(state)) }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How long it has been going on.
    pub(crate) fn now(&self) -> Duration {
        self.origin.elapsed()
    }

    pub(crate) fn breach(&self) -> Breach {
        self.breach
    }

    /// Notes what happened.
    pub(crate) fn note(&self, who: &Name, what: What) {
        let at = self.now();
        self.state().note(at, who, what);
    }

    /// Notes that somebody did not do what it should have.
    pub(crate) fn accuse(&self, who: &Name, what: What, why: &str) {
        let by = Entry { at: self.now(), who: who.clone(), what };
        self.state().verdict.accuse(Rule::InOrder, by, why);
    }

    /// Everybody who believes to lead acts.
    pub(crate) fn look(&self) {
        let (at, breach) = (self.now(), self.breach);
        let mut state = self.state();
        let State { held, .. } = &mut *state;
        let mut acts = Vec::new();
        held.retain_mut(|one| {
            let token = one.leadership.token().get();
            if one.leadership.is_valid() {
                acts.push((one.who.clone(), one.bucket.clone(), token, one.draining));
                return true;
            }
            let over = *one.over.get_or_insert_with(Instant::now);
            if breach == Breach::ActsOn && over.elapsed() < ACTS_ON {
                acts.push((one.who.clone(), one.bucket.clone(), token, false));
                return true;
            }
            false
        });
        for (who, bucket, token, draining) in acts {
            let act = if draining { What::Hold { bucket, token } } else { What::Act { bucket, token } };
            state.note(at, &who, act);
        }
    }

    /// A term begins. Everybody else who believes to lead acts at this very moment.
    pub(crate) fn promoted(&self, who: &Name, bucket: &Name, leadership: Leadership) {
        let token = leadership.token().get();
        self.note(who, What::Lead { bucket: bucket.clone(), token });
        let held = Held { who: who.clone(), leadership, bucket: bucket.clone(), draining: false, over: None };
        self.state().held.push(held);
        self.look();
    }

    /// The promotion is refused.
    pub(crate) fn refused(&self, who: &Name, bucket: &Name, token: u64) {
        self.state().held.retain(|one| !one.is(who, bucket, token));
        self.note(who, What::Refused { bucket: bucket.clone(), token });
    }

    /// The demotion begins: whoever led acts no more.
    pub(crate) fn demoted(&self, who: &Name, bucket: &Name, token: u64) {
        for one in self.state().held.iter_mut().filter(|one| one.is(who, bucket, token)) {
            one.draining = true;
        }
        self.note(who, What::Demote { bucket: bucket.clone(), token });
    }

    /// A key is taken in hand, until this is dropped.
    pub(crate) fn take(&self, who: &Name, leadership: &Leadership, object: &Name) -> Hand {
        let bucket: Name = leadership.bucket().name().as_str().into();
        let token = leadership.token().get();
        self.note(who, What::Take { bucket: bucket.clone(), token, object: object.clone() });
        Hand { arena: self.clone(), who: who.clone(), bucket, token, object: object.clone() }
    }

    /// How many requests were asked, and rules broken, so far.
    pub(crate) fn progress(&self) -> (u64, usize) {
        let state = self.state();
        (state.tally.get("answered").copied().unwrap_or(0), state.verdict.broken().len())
    }

    /// Ends it.
    pub(crate) fn finish(&self) -> std::io::Result<Record> {
        let mut state = self.state();
        let digest = state.journal.finish()?;
        let nothing = Rules {
            buckets: Vec::new(),
            renew_deadline: Duration::ZERO,
            window: Duration::ZERO,
            most: 0,
            act_every: Duration::ZERO,
        };
        let verdict = std::mem::replace(&mut state.verdict, Verdict::new(nothing));
        Ok(Record { verdict, tally: std::mem::take(&mut state.tally), digest })
    }
}

impl State {
    fn note(&mut self, at: Duration, who: &Name, what: What) {
        *self.tally.entry(what.kind()).or_default() += 1;
        let entry = Entry { at, who: who.clone(), what };
        self.verdict.take(&entry);
        self.journal.write(&entry);
    }
}

impl Held {
    fn is(&self, who: &Name, bucket: &Name, token: u64) -> bool {
        self.who == *who && self.bucket == *bucket && self.leadership.token().get() == token
    }
}

/// A key that is in hand.
pub(crate) struct Hand {
    arena: Arena,
    who: Name,
    bucket: Name,
    token: u64,
    object: Name,
}

impl Drop for Hand {
    fn drop(&mut self) {
        let (bucket, object) = (self.bucket.clone(), self.object.clone());
        self.arena.note(&self.who, What::Leave { bucket, token: self.token, object });
    }
}
