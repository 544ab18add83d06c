//! Whether elections are alive, for probes.

mod wedged;

use std::fmt;
use std::fmt::Write as _;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use le_core::{Candidate, Life, Moment, Observer};

pub use wedged::{NotReady, Wedged};

/// How late a candidate may be before it counts as wedged. Longer than a busy node holds up a process, and much shorter than a
/// kubelet, which asks three times, takes to act.
const PATIENCE: Duration = Duration::from_secs(10);

/// How long after its deadline a candidate may believe that it leads. Its work does not act any more by then: the right asks the clock.
const GRACE: Duration = Duration::from_secs(2);

/// Tells probes whether the elections of a process are alive, from the candidates' own state at that moment. Cheap to clone.
///
/// Being the leader or not plays no part: a replica that waits is as healthy as one that leads. Neither does the API server: a
/// replica that cannot reach it does all that it can, and a restart would not help.
#[derive(Clone)]
pub struct Health(Arc<Inner>);

struct Inner {
    candidates: Mutex<Vec<Candidate>>,
    patience: Duration,
}

impl Health {
    /// Waits for ten seconds before a candidate that does not turn to its work counts as wedged.
    pub fn new() -> Self {
        Self::with_patience(PATIENCE)
    }

    /// Waits for `patience` before a candidate that does not turn to its work counts as wedged. The shorter, the more often a busy
    /// node has its pods restarted, which makes it no less busy.
    pub fn with_patience(patience: Duration) -> Self {
        Self(Arc::new(Inner { candidates: Mutex::default(), patience }))
    }

    /// Tells whether all elections are alive; for a liveness probe.
    ///
    /// An election that was stopped and has finished in order is alive. So is a process in which none has begun yet.
    ///
    /// # Errors
    ///
    /// [`Wedged`] for the first election that only a restart can help: its loop has not turned to its work for the patience past the
    /// moment for which it had said so, it believes that it leads two seconds past its deadline, or its task is gone.
    pub fn live(&self) -> Result<(), Wedged> {
        self.candidates().iter().try_for_each(|candidate| self.judge(candidate))
    }

    /// Tells whether the process takes part in elections, be it as a leader or waiting; for a readiness probe.
    ///
    /// # Errors
    ///
    /// [`NotReady`] before the first election has begun, once all of them have finished, and when one is wedged.
    pub fn ready(&self) -> Result<(), NotReady> {
        self.live()?;
        let candidates = self.candidates();
        if candidates.is_empty() {
            return Err(NotReady::NotBegun);
        }
        let finished = candidates.iter().all(|candidate| candidate.pulse().life() == Life::Finished);
        if finished { Err(NotReady::Finished) } else { Ok(()) }
    }

    fn judge(&self, candidate: &Candidate) -> Result<(), Wedged> {
        let (bucket, pulse) = (|| candidate.bucket().to_owned(), candidate.pulse());
        if pulse.life() == Life::Gone {
            return Err(Wedged::Gone { bucket: bucket() });
        }
        // What it said is read before the time: a turn between the two then only makes it look too good.
        let (until, due) = (pulse.leads_until(), pulse.due());
        let now = pulse.now();
        let past = |moment: Option<Moment>| moment.map_or(Duration::ZERO, |moment| now.since(moment));
        if past(until) > GRACE {
            return Err(Wedged::LeadsTooLong { bucket: bucket(), by: past(until) });
        }
        if past(due) > self.0.patience {
            return Err(Wedged::StandsStill { bucket: bucket(), by: past(due) });
        }
        Ok(())
    }

    fn candidates(&self) -> MutexGuard<'_, Vec<Candidate>> {
        self.0.candidates.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for Health {
    fn default() -> Self {
        Self::new()
    }
}

impl Observer for Health {
    fn joined(&self, candidate: &Candidate) {
        let mut candidates = self.candidates();
        // One that begins anew takes the place of those that are no more.
        let is_over =
            |old: &Candidate| old.bucket() == candidate.bucket() && old.pulse().life() != Life::Running;
        candidates.retain(|old| !is_over(old));
        candidates.push(candidate.clone());
    }
}

/// Writes one line for each election: what it is at, what is wrong with it, and when it last stood still.
impl fmt::Display for Health {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for candidate in self.candidates().iter() {
            let pulse = candidate.pulse();
            write!(f, "{:?}: ", candidate.bucket())?;
            match (self.judge(candidate), pulse.life()) {
                (Err(wedged), _) => write!(f, "{wedged}")?,
                (Ok(()), Life::Finished) => f.write_str("finished")?,
                (Ok(()), _) if pulse.leads() => f.write_str("leads")?,
                (Ok(()), _) => f.write_str("waits")?,
            }
            if let Some((at, by)) = pulse.last_stall() {
                write!(f, "; stood still for {by:.1?}, until {:.1?} ago", pulse.now().since(at))?;
            }
            f.write_char('\n')?;
        }
        Ok(())
    }
}

impl fmt::Debug for Health {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Health")
            .field("candidates", &*self.candidates())
            .field("patience", &self.0.patience)
            .finish()
    }
}
