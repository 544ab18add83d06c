//! What observers of an election over Leases are told.

mod drains;
mod failures;
mod leaders;
mod terms;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use le_core::{AttemptFailed, Began, Candidate, Drained, LeaderSeen, Observer, Observers, Renewed, Stopped};
use le_testkit::ApiServer;

use super::bench::{Journal, Replica, Setup, builder};

/// Something that was told.
#[derive(Clone, Debug, PartialEq)]
enum Told {
    Joined(String),
    Began(Began),
    Stopped(Stopped),
    Renewed(Renewed),
    Failed(AttemptFailed),
    SlowPath,
    Leader(Option<String>),
    DrainBegan,
    Drained(Drained),
    Odd(String),
    Left,
    Watch(String, bool),
    Missed(u64),
}

/// Keeps what it is told.
#[derive(Clone, Default)]
struct Ear(Arc<Mutex<Vec<Told>>>);

impl Ear {
    fn keep(&self, told: Told) {
        self.0.lock().unwrap().push(told);
    }
}

impl Observer for Ear {
    fn joined(&self, candidate: &Candidate) {
        self.keep(Told::Joined(format!("{} as {}", candidate.bucket(), candidate.identity())));
    }
    fn began(&self, _: &Candidate, term: &Began) {
        self.keep(Told::Began(*term));
    }
    fn stopped(&self, _: &Candidate, term: &Stopped) {
        self.keep(Told::Stopped(*term));
    }
    fn renewed(&self, _: &Candidate, renewal: &Renewed) {
        self.keep(Told::Renewed(*renewal));
    }
    fn attempt_failed(&self, _: &Candidate, attempt: &AttemptFailed) {
        self.keep(Told::Failed(*attempt));
    }
    fn slow_path(&self, _: &Candidate) {
        self.keep(Told::SlowPath);
    }
    fn leader_seen(&self, _: &Candidate, leader: &LeaderSeen) {
        self.keep(Told::Leader(leader.identity.as_deref().map(str::to_owned)));
    }
    fn drain_began(&self, _: &Candidate) {
        self.keep(Told::DrainBegan);
    }
    fn drain_ended(&self, _: &Candidate, drain: &Drained) {
        self.keep(Told::Drained(drain.clone()));
    }
    fn odd(&self, _: &Candidate, notice: &str) {
        self.keep(Told::Odd(notice.to_owned()));
    }
    fn left(&self, _: &Candidate) {
        self.keep(Told::Left);
    }
    fn watch_lost(&self, namespace: &str) {
        self.keep(Told::Watch(namespace.to_owned(), false));
    }
    fn watch_regained(&self, namespace: &str) {
        self.keep(Told::Watch(namespace.to_owned(), true));
    }
    fn missed(&self, facts: u64) {
        self.keep(Told::Missed(facts));
    }
}

/// A replica that is listened to.
struct Heard {
    ear: Ear,
    observers: Observers,
    replica: Replica,
}

impl Heard {
    fn start(server: &ApiServer, journal: &Journal, name: &str, setup: &Setup) -> Self {
        let ear = Ear::default();
        let observers = Observers::new().with(ear.clone());
        let builder = builder(server, journal, name, setup).observed_by(observers.clone());
        let replica = Replica::start_from(&builder, journal, name, setup);
        Self { ear, observers, replica }
    }

    /// What was told so far.
    fn told(&self) -> Vec<Told> {
        told(&self.ear, &self.observers)
    }

    fn begun(&self) -> Vec<Began> {
        let begun = |told| if let Told::Began(term) = told { Some(term) } else { None };
        self.told().into_iter().filter_map(begun).collect()
    }

    fn stopped(&self) -> Vec<Stopped> {
        let stopped = |told| if let Told::Stopped(term) = told { Some(term) } else { None };
        self.told().into_iter().filter_map(stopped).collect()
    }

    fn failed(&self) -> Vec<AttemptFailed> {
        let failed = |told| if let Told::Failed(attempt) = told { Some(attempt) } else { None };
        self.told().into_iter().filter_map(failed).collect()
    }

    fn count(&self, fits: impl Fn(&Told) -> bool) -> usize {
        self.told().iter().filter(|told| fits(told)).count()
    }
}

fn told(ear: &Ear, observers: &Observers) -> Vec<Told> {
    assert!(observers.flush(Duration::from_secs(20)));
    ear.0.lock().unwrap().clone()
}
