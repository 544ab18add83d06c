//! Observers: who is told what, and what can go wrong with them.

mod allocation;
mod facts;
mod leaders;
mod queue;
mod standing;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use le_core::{AttemptFailed, Began, Candidate, Drained, LeaderSeen, Observer, Observers, Renewed, Stopped};

/// Longer than anything here takes.
const PATIENCE: Duration = Duration::from_secs(20);

/// Writes down whatever it is told.
#[derive(Clone, Default)]
struct Notes(Arc<Mutex<Vec<String>>>);

impl Notes {
    fn note(&self, candidate: &Candidate, what: &str) {
        self.0.lock().unwrap().push(format!("{} {what}", candidate.bucket()));
    }

    /// What was told so far.
    fn all(&self, observers: &Observers) -> Vec<String> {
        assert!(observers.flush(PATIENCE));
        self.0.lock().unwrap().clone()
    }
}

impl Observer for Notes {
    fn joined(&self, candidate: &Candidate) {
        self.note(candidate, &format!("joined as {}", candidate.identity()));
    }

    fn began(&self, candidate: &Candidate, term: &Began) {
        self.note(candidate, &format!("began {} {} after {:?}", term.token, term.won, term.vacant));
    }

    fn stopped(&self, candidate: &Candidate, term: &Stopped) {
        self.note(candidate, &format!("stopped: {}, {:?}, {:?} left", term.reason, term.led, term.left));
    }

    fn renewed(&self, candidate: &Candidate, renewal: &Renewed) {
        self.note(candidate, &format!("renewed in {:?}, {:?} left", renewal.latency, renewal.margin));
    }

    fn attempt_failed(&self, candidate: &Candidate, attempt: &AttemptFailed) {
        self.note(candidate, &format!("failed: {} in {:?}", attempt.reason, attempt.latency));
    }

    fn slow_path(&self, candidate: &Candidate) {
        self.note(candidate, "slow path");
    }

    fn leader_seen(&self, candidate: &Candidate, leader: &LeaderSeen) {
        self.note(candidate, &format!("led by {:?} since {}", leader.identity.as_deref(), leader.since));
    }

    fn drain_began(&self, candidate: &Candidate) {
        self.note(candidate, "drain began");
    }

    fn drain_ended(&self, candidate: &Candidate, drain: &Drained) {
        let last: Vec<_> = drain.last.iter().map(ToString::to_string).collect();
        self.note(candidate, &format!("drained in {:?}, last {last:?}", drain.took));
    }

    fn odd(&self, candidate: &Candidate, notice: &str) {
        self.note(candidate, &format!("odd: {notice}"));
    }

    fn left(&self, candidate: &Candidate) {
        self.note(candidate, &format!("left: {:?}", candidate.pulse().life()));
    }

    fn watch_lost(&self, namespace: &str) {
        self.0.lock().unwrap().push(format!("watch of {namespace} lost"));
    }

    fn watch_regained(&self, namespace: &str) {
        self.0.lock().unwrap().push(format!("watch of {namespace} regained"));
    }

    fn missed(&self, facts: u64) {
        self.0.lock().unwrap().push(format!("missed {facts}"));
    }
}
