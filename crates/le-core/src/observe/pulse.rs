//! Whether a candidate is alive, read at any moment from anywhere.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};
use std::time::Duration;

use crate::{Clock, Moment};

/// The present state of one candidate, straight from the candidate: no queue is in between. Cheap to clone.
///
/// All moments are on the candidate's own clock, which goes on while the process, or the machine, stands still.
#[derive(Clone)]
pub struct Pulse(Arc<Beat>);

/// What there is of a candidate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Life {
    /// It runs, or should.
    Running,
    /// It was told to stop, and has finished.
    Finished,
    /// Its task has panicked or was dropped: nobody runs it any more.
    Gone,
}

/// All that is known of a candidate, in one piece: a renewal finds little of it in a cache.
struct Beat {
    /// `NEVER` while it waits for facts only.
    due: AtomicU64,
    /// `ORIGIN` while it does not lead.
    leads_until: AtomicU64,
    bucket: Box<str>,
    /// The same for all candidates of a process, as a rule.
    identity: Arc<str>,
    clock: Arc<dyn Clock>,
    /// When it last turned to its work far too late, in nanoseconds, and by how much; zero until it does.
    late_at: AtomicU64,
    late_by: AtomicU64,
    life: AtomicU8,
}

/// A candidate that turns to its work later than this has stood still.
const LATE: Duration = Duration::from_secs(1);

const RUNNING: u8 = 0;
const FINISHED: u8 = 1;
const GONE: u8 = 2;

impl Pulse {
    pub(super) fn new(bucket: &str, identity: Arc<str>, clock: Arc<dyn Clock>) -> Self {
        Self(Arc::new(Beat {
            due: AtomicU64::new(Moment::NEVER.as_nanos()),
            leads_until: AtomicU64::new(Moment::ORIGIN.as_nanos()),
            bucket: bucket.into(),
            identity,
            clock,
            late_at: AtomicU64::new(0),
            late_by: AtomicU64::new(0),
            life: AtomicU8::new(RUNNING),
        }))
    }

    /// Returns where it is in memory, which is another place for each candidature.
    pub(super) fn place(&self) -> *const () {
        Arc::as_ptr(&self.0).cast()
    }

    pub(super) fn bucket(&self) -> &str {
        &self.0.bucket
    }

    pub(super) fn identity(&self) -> &Arc<str> {
        &self.0.identity
    }

    pub(super) fn clock(&self) -> &Arc<dyn Clock> {
        &self.0.clock
    }

    /// Returns the present moment on the candidate's clock.
    pub fn now(&self) -> Moment {
        self.0.clock.now()
    }

    /// Returns when the candidate said that it would turn to its work next; `None` while it waits for news only.
    pub fn due(&self) -> Option<Moment> {
        let due = Moment::from_nanos(self.0.due.load(Ordering::Acquire));
        (due != Moment::NEVER).then_some(due)
    }

    /// Returns the deadline of the right to lead that the candidate believes in; `None` while it does not lead.
    /// [`Moment::NEVER`] where the right does not run out by itself.
    pub fn leads_until(&self) -> Option<Moment> {
        let until = Moment::from_nanos(self.0.leads_until.load(Ordering::Acquire));
        (until != Moment::ORIGIN).then_some(until)
    }

    /// Tells whether the candidate leads at this very moment: it believes so, and its deadline has not passed.
    pub fn leads(&self) -> bool {
        self.leads_until().is_some_and(|until| until == Moment::NEVER || self.now() < until)
    }

    /// Tells what there is of the candidate.
    pub fn life(&self) -> Life {
        match self.0.life.load(Ordering::Acquire) {
            RUNNING => Life::Running,
            FINISHED => Life::Finished,
            _ => Life::Gone,
        }
    }

    /// Returns when the candidate last came to its work more than a second late, and by how much: its process was stopped, its
    /// machine suspended, or its runtime blocked.
    pub fn last_stall(&self) -> Option<(Moment, Duration)> {
        let by = self.0.late_by.load(Ordering::Acquire);
        let at = Moment::from_nanos(self.0.late_at.load(Ordering::Acquire));
        (by > 0).then_some((at, Duration::from_nanos(by)))
    }

    /// Notes that the candidate has turned to its work, and when it wants to do so next.
    pub(super) fn turn(&self, now: Moment, due: Option<Moment>) {
        let late = now.since(Moment::from_nanos(self.0.due.load(Ordering::Acquire)));
        if late > LATE {
            self.0.late_at.store(now.as_nanos(), Ordering::Release);
            self.0.late_by.store(u64::try_from(late.as_nanos()).unwrap_or(u64::MAX), Ordering::Release);
        }
        self.set_due(due);
    }

    fn set_due(&self, due: Option<Moment>) {
        self.0.due.store(due.unwrap_or(Moment::NEVER).as_nanos(), Ordering::Release);
    }

    pub(super) fn set_leads_until(&self, until: Option<Moment>) {
        self.0.leads_until.store(until.unwrap_or(Moment::ORIGIN).as_nanos(), Ordering::Release);
    }

    /// Notes that the candidate is no more.
    pub(super) fn end(&self, life: Life) {
        self.set_due(None);
        self.set_leads_until(None);
        self.0.life.store(if life == Life::Finished { FINISHED } else { GONE }, Ordering::Release);
    }
}

impl fmt::Debug for Pulse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pulse")
            .field("life", &self.life())
            .field("due", &self.due())
            .field("leads_until", &self.leads_until())
            .finish_non_exhaustive()
    }
}
