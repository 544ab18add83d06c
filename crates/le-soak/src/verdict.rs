//! Decides from what happened whether a rule was broken. It starts nothing and asks nobody.

mod bucket;

use std::collections::{BTreeMap, VecDeque};
use std::fmt;
use std::time::Duration;

use crate::entry::{Entry, Name, What};
use bucket::Bucket;

/// A rule that was broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Rule {
    /// At most one leads a bucket at any instant.
    OneLeader,
    /// Tokens grow in the order in which terms begin.
    TokensGrow,
    /// Nobody acts, or takes up work, after its demotion has begun.
    NoActAfterDemotion,
    /// No write leaves with a token older than that of the newest term, and none is stored after a newer one.
    NoStaleWrite,
    /// Work ends before the Lease is given back, and before another leads.
    WorkEndsFirst,
    /// No more than so many requests about a Lease in one retry period.
    NoHotLoop,
    /// Every bucket is led in time after the last fault.
    SoonLed,
    /// The entries contradict each other, or somebody did not end as it was told to.
    InOrder,
}

/// A rule that was broken, by what.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "it is what it has")]
pub struct Broken {
    /// The rule.
    pub rule: Rule,
    /// The entry that broke it.
    pub by: Entry,
    /// What else there is to say.
    pub why: String,
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}: {}: {}", self.rule, self.by, self.why)
    }
}

/// What is allowed.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "tests of the verdict make them")]
pub struct Rules {
    /// The buckets that there are.
    pub buckets: Vec<Name>,
    /// How long the right of a leader whose Lease a stranger took may still last.
    pub renew_deadline: Duration,
    /// The time in which requests are counted.
    pub window: Duration,
    /// How many requests one replica may send about one Lease in that time.
    pub most: usize,
    /// How old the last act of a bucket that is led may be.
    pub act_every: Duration,
}

/// Reads one entry after the other.
#[derive(Debug)]
pub struct Verdict {
    rules: Rules,
    buckets: BTreeMap<Name, Bucket>,
    asked: BTreeMap<(Name, Name), VecDeque<Duration>>,
    stored: BTreeMap<Name, u64>,
    calm: Option<Duration>,
    broken: Vec<Broken>,
    excused: u64,
    busiest: usize,
    settled: Duration,
}

impl Verdict {
    /// Makes one that has read nothing.
    #[must_use]
    pub fn new(rules: Rules) -> Self {
        let buckets = rules.buckets.iter().map(|name| (name.clone(), Bucket::default())).collect();
        Self {
            rules,
            buckets,
            asked: BTreeMap::new(),
            stored: BTreeMap::new(),
            calm: None,
            broken: Vec::new(),
            excused: 0,
            busiest: 0,
            settled: Duration::ZERO,
        }
    }

    /// Returns the rules that were broken.
    #[must_use]
    pub fn broken(&self) -> &[Broken] {
        &self.broken
    }

    /// Returns how often a rule about one leader was broken within one renew deadline of a stranger's taking a Lease away, which is documented.
    #[must_use]
    pub fn excused(&self) -> u64 {
        self.excused
    }

    /// Returns the most requests that one replica has sent about one Lease within the window.
    #[must_use]
    pub fn busiest(&self) -> usize {
        self.busiest
    }

    /// Returns how long it took at most, after faults had ended, until every bucket was led.
    #[must_use]
    pub fn settled(&self) -> Duration {
        self.settled
    }

    /// Says that something went against the rules which no entry shows.
    pub fn accuse(&mut self, rule: Rule, by: Entry, why: impl Into<String>) {
        self.broken.push(Broken { rule, by, why: why.into() });
    }

    /// Takes in what happened next.
    pub fn take(&mut self, entry: &Entry) {
        match &entry.what {
            What::Lead { bucket, .. }
            | What::Refused { bucket, .. }
            | What::Act { bucket, .. }
            | What::Hold { bucket, .. }
            | What::Demote { bucket, .. }
            | What::Drained { bucket, .. }
            | What::Take { bucket, .. }
            | What::Leave { bucket, .. }
            | What::Write { bucket, .. }
            | What::Release { bucket } => self.about(&bucket.clone(), entry),
            What::Robbed { bucket, .. } => {
                if let Some(bucket) = self.buckets.get_mut(bucket) {
                    bucket.window_until = Some(entry.at + self.rules.renew_deadline);
                }
            }
            What::Stored { object, token } => self.store(object, *token, entry),
            What::Asked { lease } => self.count(lease, entry),
            What::Crashed | What::Stopped => self.leave(entry),
            What::Calm => self.calm = Some(entry.at),
            What::Due => self.due(entry),
            What::Started { .. }
            | What::Fenced { .. }
            | What::Answered { .. }
            | What::Reported { .. }
            | What::Fault { .. }
            | What::Struck { .. } => {}
        }
    }

    fn about(&mut self, name: &Name, entry: &Entry) {
        let Some(bucket) = self.buckets.get_mut(name) else {
            return self.accuse(Rule::InOrder, entry.clone(), "there is no such bucket");
        };
        let is_first_act = matches!(entry.what, What::Act { .. })
            && self.calm.is_some_and(|calm| bucket.acted.is_none_or(|acted| acted < calm));
        let is_excused = bucket.window_until.is_some_and(|until| entry.at <= until);
        for (rule, why) in bucket.take(entry) {
            // A stranger takes the Lease, and not the order in which its holder does things.
            if is_excused && !matches!(rule, Rule::InOrder | Rule::NoActAfterDemotion) {
                self.excused += 1;
            } else {
                self.broken.push(Broken { rule, by: entry.clone(), why });
            }
        }
        if is_first_act {
            let since = entry.at.saturating_sub(self.calm.unwrap_or_default());
            self.settled = self.settled.max(since);
        }
    }

    fn store(&mut self, object: &Name, token: u64, entry: &Entry) {
        let newest = self.stored.entry(object.clone()).or_default();
        let before = *newest;
        *newest = before.max(token);
        if token < before {
            self.accuse(Rule::NoStaleWrite, entry.clone(), format!("token {before} was stored before it"));
        }
    }

    fn count(&mut self, lease: &Name, entry: &Entry) {
        let asked = self.asked.entry((entry.who.clone(), lease.clone())).or_default();
        asked.push_back(entry.at);
        while asked.front().is_some_and(|first| *first + self.rules.window < entry.at) {
            asked.pop_front();
        }
        let count = asked.len();
        self.busiest = self.busiest.max(count);
        if count > self.rules.most {
            self.accuse(Rule::NoHotLoop, entry.clone(), format!("{count} within {:?}", self.rules.window));
        }
    }

    /// Nothing may be left of a replica that has ended.
    fn leave(&mut self, entry: &Entry) {
        let stopped = entry.what == What::Stopped;
        let mut left = Vec::new();
        for (name, bucket) in &mut self.buckets {
            if let Some(what) = bucket.bury(&entry.who, stopped) {
                left.push(format!("{name}: {what}"));
            }
        }
        if !left.is_empty() {
            self.accuse(Rule::InOrder, entry.clone(), format!("it is left with {}", left.join(", ")));
        }
        self.asked.retain(|(who, _), _| *who != entry.who);
    }

    fn due(&mut self, entry: &Entry) {
        let led =
            |bucket: &Bucket| bucket.acted.is_some_and(|acted| acted + self.rules.act_every >= entry.at);
        let idle: Vec<&str> =
            self.buckets.iter().filter(|(_, bucket)| !led(bucket)).map(|(name, _)| &**name).collect();
        if !idle.is_empty() {
            let why = format!("nobody leads {}", idle.join(", "));
            self.accuse(Rule::SoonLed, entry.clone(), why);
        }
    }
}
