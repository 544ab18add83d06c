//! The three durations of an election, valid by construction.

use std::time::Duration;

use thiserror::Error;

use crate::GoDuration;
use crate::duration::go_form;
use crate::keys;

/// The durations of an election: a value in hand can elect.
///
/// The default is a lease duration of 60 s, a renew deadline of 40 s and a retry period of 10 s.
///
/// ```
/// use std::time::Duration;
/// use le_config::Timing;
///
/// let timing = Timing::new(Duration::from_millis(2500), Duration::from_secs(2), Duration::from_millis(500))?;
/// assert_eq!(timing.lease_duration_seconds(), 3);
/// # Ok::<(), le_config::TimingError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timing {
    lease_duration: Duration,
    renew_deadline: Duration,
    retry_period: Duration,
}

impl Timing {
    /// Makes a timing.
    ///
    /// # Errors
    ///
    /// Refuses what could never elect, or would end a term too late: a duration of zero, a lease duration below one second, a
    /// renew deadline that is not below the lease duration (as long as a Lease can say it), and a retry period of which
    /// 1.2 times, its longest after jitter, is not below the renew deadline.
    pub fn new(
        lease_duration: Duration,
        renew_deadline: Duration,
        retry_period: Duration,
    ) -> Result<Self, TimingError> {
        let positive = |key, value: Duration| match value {
            Duration::ZERO => Err(TimingError::NotPositive { key, value: GoDuration::default() }),
            value => Ok(value),
        };
        let timing = Self {
            lease_duration: positive(keys::LEASE_DURATION, lease_duration)?,
            renew_deadline: positive(keys::RENEW_DEADLINE, renew_deadline)?,
            retry_period: positive(keys::RETRY_PERIOD, retry_period)?,
        };
        match relations(Some(lease_duration), Some(renew_deadline), Some(retry_period)).into_iter().next() {
            Some(error) => Err(error),
            None => Ok(timing),
        }
    }

    /// Returns how long a Lease holds after the last renewal that the others saw.
    pub fn lease_duration(&self) -> Duration {
        self.lease_duration
    }

    /// Returns how long a leader tries to renew before it gives up.
    pub fn renew_deadline(&self) -> Duration {
        self.renew_deadline
    }

    /// Returns how long to wait between two attempts.
    pub fn retry_period(&self) -> Duration {
        self.retry_period
    }

    /// Returns the lease duration as a Lease says it: in seconds, rounded up.
    ///
    /// A Lease can say no more than `i32::MAX` seconds, 68 years. A longer lease duration is said as that, which is safe: the
    /// renew deadline is always below it.
    pub fn lease_duration_seconds(&self) -> i32 {
        let started = u64::from(self.lease_duration.subsec_nanos() > 0);
        i32::try_from(self.lease_duration.as_secs().saturating_add(started)).unwrap_or(i32::MAX)
    }
}

impl Default for Timing {
    fn default() -> Self {
        Self {
            lease_duration: Duration::from_secs(60),
            renew_deadline: Duration::from_secs(40),
            retry_period: Duration::from_secs(10),
        }
    }
}

/// Why three durations are no timing. Whoever sets them must change one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum TimingError {
    /// A duration is zero or negative.
    #[error("{key} ({value}) must be above zero")]
    NotPositive {
        /// The key of the duration.
        key: &'static str,
        /// Its value.
        value: GoDuration,
    },
    /// The lease duration is below one second, the least that a Lease can say.
    #[error("lease-duration ({}) must be at least 1s", go_form(*.lease_duration))]
    LeaseTooShort {
        /// The lease duration given.
        lease_duration: Duration,
    },
    /// A leader would go on after the others took its Lease to have run out.
    #[error(
        "renew-deadline ({}) must be below lease-duration ({}): lower the first or raise the second",
        go_form(*.renew_deadline),
        go_form(*.lease_duration)
    )]
    RenewNotBelowLease {
        /// The renew deadline given.
        renew_deadline: Duration,
        /// The lease duration given.
        lease_duration: Duration,
    },
    /// A leader would go on for longer than any Lease can say that it does.
    #[error(
        "renew-deadline ({}) must be below {}, the longest lease-duration that a Lease can say",
        go_form(*.renew_deadline),
        go_form(LONGEST_SAID)
    )]
    RenewTooLong {
        /// The renew deadline given.
        renew_deadline: Duration,
    },
    /// A leader could miss its deadline while it waits for its next attempt.
    #[error(
        "1.2 x retry-period ({}) must be below renew-deadline ({}): lower the first or raise the second",
        go_form(*.retry_period),
        go_form(*.renew_deadline)
    )]
    RetryTooLong {
        /// The retry period given.
        retry_period: Duration,
        /// The renew deadline given.
        renew_deadline: Duration,
    },
}

/// The longest lease duration that fits the field of a Lease.
const LONGEST_SAID: Duration = Duration::from_secs(i32::MAX as u64);

/// Finds all that is wrong between three positive durations. One that is `None` is not known, and is left out.
pub(crate) fn relations(
    lease: Option<Duration>,
    renew: Option<Duration>,
    retry: Option<Duration>,
) -> Vec<TimingError> {
    let mut errors = Vec::new();
    if let Some(lease_duration) = lease.filter(|lease| *lease < Duration::from_secs(1)) {
        errors.push(TimingError::LeaseTooShort { lease_duration });
    }
    if let (Some(lease_duration), Some(renew_deadline)) = (lease, renew)
        && renew_deadline >= lease_duration
    {
        errors.push(TimingError::RenewNotBelowLease { renew_deadline, lease_duration });
    } else if let Some(renew_deadline) = renew.filter(|renew| *renew >= LONGEST_SAID) {
        errors.push(TimingError::RenewTooLong { renew_deadline });
    }
    if let (Some(renew_deadline), Some(retry_period)) = (renew, retry)
        && 6 * retry_period.as_nanos() >= 5 * renew_deadline.as_nanos()
    {
        errors.push(TimingError::RetryTooLong { retry_period, renew_deadline });
    }
    errors
}
