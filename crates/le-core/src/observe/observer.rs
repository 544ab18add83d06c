//! Whoever wants to know what happens.

use std::sync::Arc;

use super::{AttemptFailed, Began, Candidate, Drained, LeaderSeen, Leaders, Renewed, Stopped};

/// Told what happens to the candidates of a process. Every method does nothing unless it is written.
///
/// It is called on a thread of its own, some time after the fact, in the order of the facts. Nothing that it does reaches an
/// election: a panic is caught and logged once, and one that blocks holds up the other observers and no candidate. What it may ask
/// for the present state, and not for what happened, is the [`Pulse`](super::Pulse) of a candidate.
///
/// ```
/// use le_core::{Began, Candidate, Observer, Observers};
///
/// struct Printer;
///
/// impl Observer for Printer {
///     fn began(&self, candidate: &Candidate, term: &Began) {
///         println!("{} leads {}, which was {}", candidate.identity(), candidate.bucket(), term.won);
///     }
/// }
///
/// let observers = Observers::new().with(Printer); // to be given to a builder of electors
/// # let _ = observers;
/// ```
pub trait Observer: Send + Sync + 'static {
    /// A candidate begins. It has not won anything yet.
    fn joined(&self, candidate: &Candidate) {
        let _ = candidate;
    }

    /// A term began.
    fn began(&self, candidate: &Candidate, term: &Began) {
        let _ = (candidate, term);
    }

    /// A term ended.
    fn stopped(&self, candidate: &Candidate, term: &Stopped) {
        let _ = (candidate, term);
    }

    /// The right of a term was renewed.
    fn renewed(&self, candidate: &Candidate, renewal: &Renewed) {
        let _ = (candidate, renewal);
    }

    /// Nothing came of an attempt to read or write the lock.
    fn attempt_failed(&self, candidate: &Candidate, attempt: &AttemptFailed) {
        let _ = (candidate, attempt);
    }

    /// A leader had to read the lock before it could write it again, since it does not know what became of a write.
    fn slow_path(&self, candidate: &Candidate) {
        let _ = candidate;
    }

    /// Another leader was seen than before, or none; the first time in any case.
    fn leader_seen(&self, candidate: &Candidate, leader: &LeaderSeen) {
        let _ = (candidate, leader);
    }

    /// The work of a term was told to wind down.
    fn drain_began(&self, candidate: &Candidate) {
        let _ = candidate;
    }

    /// The work of a term has ended. Not told where that did not happen before the candidate had finished.
    fn drain_ended(&self, candidate: &Candidate, drain: &Drained) {
        let _ = (candidate, drain);
    }

    /// Something about the lock is odd, in words.
    fn odd(&self, candidate: &Candidate, notice: &str) {
        let _ = (candidate, notice);
    }

    /// The candidate is no more: it has finished in order, or is gone ([`Pulse::life`](super::Pulse::life)).
    fn left(&self, candidate: &Candidate) {
        let _ = candidate;
    }

    /// The locks in a namespace cannot be watched any more, and are read from time to time instead.
    fn watch_lost(&self, namespace: &str) {
        let _ = namespace;
    }

    /// The locks in a namespace are watched again.
    fn watch_regained(&self, namespace: &str) {
        let _ = namespace;
    }

    /// So many facts were dropped, because the observers are too slow. Told after the next fact that was not.
    fn missed(&self, facts: u64) {
        let _ = facts;
    }

    /// Returns itself where it is a [`Leaders`]: candidates write into that without a queue, and it is told nothing. For an observer
    /// that wraps another, and nobody else, to pass on.
    fn leaders(&self) -> Option<&Leaders> {
        None
    }
}

impl<O: Observer + ?Sized> Observer for Arc<O> {
    fn joined(&self, candidate: &Candidate) {
        (**self).joined(candidate);
    }

    fn began(&self, candidate: &Candidate, term: &Began) {
        (**self).began(candidate, term);
    }

    fn stopped(&self, candidate: &Candidate, term: &Stopped) {
        (**self).stopped(candidate, term);
    }

    fn renewed(&self, candidate: &Candidate, renewal: &Renewed) {
        (**self).renewed(candidate, renewal);
    }

    fn attempt_failed(&self, candidate: &Candidate, attempt: &AttemptFailed) {
        (**self).attempt_failed(candidate, attempt);
    }

    fn slow_path(&self, candidate: &Candidate) {
        (**self).slow_path(candidate);
    }

    fn leader_seen(&self, candidate: &Candidate, leader: &LeaderSeen) {
        (**self).leader_seen(candidate, leader);
    }

    fn drain_began(&self, candidate: &Candidate) {
        (**self).drain_began(candidate);
    }

    fn drain_ended(&self, candidate: &Candidate, drain: &Drained) {
        (**self).drain_ended(candidate, drain);
    }

    fn odd(&self, candidate: &Candidate, notice: &str) {
        (**self).odd(candidate, notice);
    }

    fn left(&self, candidate: &Candidate) {
        (**self).left(candidate);
    }

    fn watch_lost(&self, namespace: &str) {
        (**self).watch_lost(namespace);
    }

    fn watch_regained(&self, namespace: &str) {
        (**self).watch_regained(namespace);
    }

    fn missed(&self, facts: u64) {
        (**self).missed(facts);
    }

    fn leaders(&self) -> Option<&Leaders> {
        (**self).leaders()
    }
}
