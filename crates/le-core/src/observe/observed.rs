//! A candidate's line to its observers.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::desk::{Desk, Fact, News};
use super::leaders::Seat;
use super::{
    AttemptFailed, Began, Candidate, Drained, FailReason, LeaderSeen, Life, Pulse, Renewed, Stopped, Won,
};
use crate::{Clock, FencingToken, Leadership, Moment, StopReason};

/// One candidate's line to its observers, in the hands of its elector: a method for each thing that happens.
///
/// Made by [`Observers::candidate`](super::Observers::candidate). No method waits or fails. Dropping it before
/// [`finished`](Self::finished) was called says that nobody runs the candidate any more.
#[must_use = "dropping it says that the candidate is gone"]
pub struct Observed(Option<Line>);

struct Line {
    desk: Arc<Desk>,
    candidate: Candidate,
    /// Where it writes who leads, for whoever asks.
    seats: Box<[Seat]>,
    /// Who was last said to lead.
    leader: Option<Option<Arc<str>>>,
    /// When another leader than this candidate was last seen to be alive.
    alive: Option<Moment>,
    /// When the present term began.
    began: Option<Moment>,
    /// When the work was told to wind down.
    draining: Option<Moment>,
}

impl Observed {
    /// Makes a line to nobody: telling costs a branch.
    pub const fn nobody() -> Self {
        Self(None)
    }

    pub(super) fn new(desk: Arc<Desk>, bucket: &str, identity: Arc<str>, clock: Arc<dyn Clock>) -> Self {
        let line = Line {
            candidate: Candidate::new(bucket, identity, clock),
            seats: desk.seats(bucket),
            desk,
            leader: None,
            alive: None,
            began: None,
            draining: None,
        };
        line.tell(Fact::Joined);
        Self(Some(line))
    }

    /// Tells whether somebody observes, for whoever would have to find out first what to tell.
    pub fn is_on(&self) -> bool {
        self.0.is_some()
    }

    /// Notes that the candidate has turned to its work at `now`, and when it wants to do so next if there is no news before; `None`
    /// for whenever there is news. To be called before each wait.
    pub fn turned(&self, now: Moment, due: Option<Moment>) {
        if let Some(line) = &self.0 {
            // What is due for long is due from now on.
            line.pulse().turn(now, due.map(|due| due.max(now)));
        }
    }

    /// Tells that a term began, which lasts until `deadline` unless it is renewed ([`Moment::NEVER`] for one that need not be).
    pub fn began(&mut self, token: FencingToken, won: Won, deadline: Moment) {
        let Some(line) = &mut self.0 else { return };
        let now = line.pulse().now();
        line.pulse().set_leads_until(Some(deadline));
        line.began = Some(now);
        let vacant = line.alive.take().map(|alive| now.since(alive));
        line.tell(Fact::Began(Began { token, won, vacant }));
    }

    /// Tells that the right was renewed at `now`, up to `deadline`, by a request that took `latency`. It happens all the time, so
    /// the clock is not asked once more.
    pub fn renewed(&mut self, now: Moment, latency: Duration, deadline: Moment) {
        let Some(line) = &mut self.0 else { return };
        let margin = line.pulse().leads_until().unwrap_or_default().since(now);
        line.pulse().set_leads_until(Some(deadline));
        line.tell(Fact::Renewed(Renewed { latency, margin }));
    }

    /// Tells that the term ended.
    pub fn stopped(&mut self, reason: StopReason) {
        let Some(line) = &mut self.0 else { return };
        let now = line.pulse().now();
        let until = line.pulse().leads_until().unwrap_or_default();
        line.pulse().set_leads_until(None);
        let led = line.began.take().map_or(Duration::ZERO, |began| now.since(began));
        let left = (until != Moment::NEVER).then(|| until.since(now));
        line.tell(Fact::Stopped(Stopped { reason, led, left }));
    }

    /// Tells that nothing came of an attempt to read or write the lock, for which `latency` was waited.
    pub fn attempt_failed(&self, reason: FailReason, latency: Duration) {
        self.tell(|| Fact::AttemptFailed(AttemptFailed { reason, latency }));
    }

    /// Tells that a leader has to read the lock before it can write it again.
    pub fn slow_path(&self) {
        self.tell(|| Fact::SlowPath);
    }

    /// Takes in who holds the lock, be it this candidate; to be called whenever it was seen in a new state. Observers are told
    /// where that is another than before.
    pub fn leader_seen(&mut self, identity: Option<&str>) {
        let Some(line) = &mut self.0 else { return };
        let own = line.pulse().identity();
        let before = line.leader.as_ref().and_then(Option::as_deref);
        let is_news = line.leader.as_ref().is_none_or(|known| known.as_deref() != identity);
        let is_other = identity.or(before).is_some_and(|leader| *leader != **own);
        // A leader sees itself after each renewal.
        if !is_news && !is_other {
            return;
        }
        let now = line.pulse().now();
        // A holder that shows itself is alive, and so it was when it let go of the lock.
        if is_other {
            line.alive = Some(now);
        }
        if is_news {
            let own = Arc::clone(line.pulse().identity());
            let identity = identity.map(|leader| if *leader == *own { own.clone() } else { leader.into() });
            line.leader = Some(identity.clone());
            for seat in &line.seats {
                seat.write(identity.as_ref(), &own, now, line.pulse().clock());
            }
            line.tell(Fact::LeaderSeen(LeaderSeen { identity, since: now }));
        }
    }

    /// Tells that the work was told to wind down.
    pub fn drain_began(&mut self) {
        let Some(line) = &mut self.0 else { return };
        if line.draining.is_none() {
            line.draining = Some(line.pulse().now());
            line.tell(Fact::DrainBegan);
        }
    }

    /// Tells that the work has ended, if it was told to; `leadership` is the one that it had, and knows the keys that were last.
    pub fn drain_ended(&mut self, leadership: &Leadership) {
        let Some(line) = &mut self.0 else { return };
        if let Some(draining) = line.draining.take() {
            let took = line.pulse().now().since(draining);
            line.tell(Fact::DrainEnded(Drained { took, last: leadership.last_drained() }));
        }
    }

    /// Tells that something about the lock is odd, in words.
    pub fn odd(&self, notice: &dyn fmt::Display) {
        self.tell(|| Fact::Odd(notice.to_string().into()));
    }

    /// Tells that the candidate has finished in order.
    pub fn finished(&mut self) {
        if let Some(line) = self.0.take() {
            line.leave(Life::Finished);
        }
    }

    fn tell(&self, fact: impl FnOnce() -> Fact) {
        if let Some(line) = &self.0 {
            line.tell(fact());
        }
    }
}

impl Line {
    fn pulse(&self) -> &Pulse {
        self.candidate.pulse()
    }

    fn tell(&self, fact: Fact) {
        self.desk.tell(News::Of(self.candidate.clone(), fact));
    }

    fn leave(&self, how: Life) {
        self.pulse().end(how);
        self.tell(Fact::Left);
    }
}

impl Drop for Observed {
    fn drop(&mut self) {
        if let Some(line) = &self.0 {
            line.leave(Life::Gone);
        }
    }
}

impl fmt::Debug for Observed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Observed").field(&self.0.as_ref().map(|line| &line.candidate)).finish()
    }
}
