//! How long to wait for what: all that follows from the timing and from chance.

use std::time::Duration;

use le_config::Timing;

/// The longest that one attempt may take, however long the renew deadline is.
const LONGEST_ATTEMPT: Duration = Duration::from_secs(10);

/// The longest random delay before an expired Lease is taken, which keeps candidates from writing all at once.
const LONGEST_STAGGER: Duration = Duration::from_millis(150);

/// How much rarer short delays are than long ones, as a power of e: with few candidates somebody is there in time anyway, and of a
/// hundred only one or two are early. This many candidates, about 400, may wait before the early ones become many.
const SKEW: f64 = 6.0;

/// e to the power of that, less one.
const SKEWED: f64 = 402.428_793_492_735_1;

/// The shortest retry period that is acted on, so that no configuration makes a replica spin.
const SHORTEST_RETRY: Duration = Duration::from_millis(10);

/// The shortest that one attempt may take.
const SHORTEST_ATTEMPT: Duration = Duration::from_millis(1);

/// Derives every wait from the timing, with a seeded source of chance.
#[derive(Clone, Debug)]
pub(crate) struct Pace {
    timing: Timing,
    random: fastrand::Rng,
}

impl Pace {
    pub(crate) fn new(timing: Timing, seed: u64) -> Self {
        Self { timing, random: fastrand::Rng::with_seed(seed) }
    }

    /// How long between two renewals.
    pub(crate) fn retry_period(&self) -> Duration {
        self.timing.retry_period().max(SHORTEST_RETRY)
    }

    /// How long one attempt may take. Four of them fit between the first retry and the renew deadline: a write that hangs, the
    /// read that must follow it, the next write, and one to spare.
    pub(crate) fn attempt_timeout(&self) -> Duration {
        let room = self.timing.renew_deadline().saturating_sub(self.timing.retry_period());
        (room / 4).clamp(SHORTEST_ATTEMPT, LONGEST_ATTEMPT)
    }

    /// How long to wait after the `failures`-th failure in a row: from an eighth of the retry period, doubling up to all of it.
    pub(crate) fn backoff(&mut self, failures: u32) -> Duration {
        let eighths = 1_u32 << failures.saturating_sub(1).min(3);
        self.spread(self.retry_period() / 8 * eighths, 0.8, 1.0)
    }

    /// How long between a write that succeeded and the next one, whatever happens between.
    pub(crate) fn breather(&self) -> Duration {
        self.retry_period() / 8
    }

    /// How long after it was sent the first write of a term is renewed: anywhere in the retry period but for its first eighth, so
    /// that terms which began together do not renew together.
    pub(crate) fn first_renewal(&mut self) -> Duration {
        self.spread(self.retry_period(), 0.125, 1.0)
    }

    /// How long between two reads where no watch tells of changes.
    pub(crate) fn poll(&mut self) -> Duration {
        self.spread(self.retry_period(), 1.0, 1.2)
    }

    /// How long after it has run out a Lease is taken.
    ///
    /// Long delays are far likelier than short ones. However many candidates there are, the first of them is then well ahead of the
    /// second, and the others see its write before their own turn comes.
    pub(crate) fn stagger(&mut self) -> Duration {
        let most = LONGEST_STAGGER.min(self.retry_period() / 4);
        let share = (self.random.f64() * SKEWED).ln_1p() / SKEW;
        most.mul_f64(share.clamp(0.0, 1.0))
    }

    fn spread(&mut self, base: Duration, from: f64, to: f64) -> Duration {
        base.mul_f64(from + (to - from) * self.random.f64())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_of_any_number_of_candidates_is_well_ahead_of_the_others() {
        const TAKES: Duration = Duration::from_millis(4);
        for candidates in [1, 2, 10, 100, 400] {
            let mut early = 0;
            for round in 0..100_u64 {
                let delays: Vec<Duration> = (0..candidates)
                    .map(|candidate| Pace::new(Timing::default(), round << 32 | candidate).stagger())
                    .collect();
                let first = *delays.iter().min().expect("there is one");
                assert!(delays.iter().all(|delay| *delay <= LONGEST_STAGGER));
                early += delays.iter().filter(|delay| **delay < first + TAKES).count();
            }
            assert!(early < 150, "{early} writes of {candidates} candidates for 100 Leases");
        }
    }

    #[test]
    fn at_least_three_full_attempts_fit_into_every_renew_deadline() {
        for (lease, renew, retry) in
            [(60_000, 40_000, 10_000), (15_000, 10_000, 2_000), (3_000, 2_000, 500), (1_000, 100, 50)]
        {
            let [lease, renew, retry] = [lease, renew, retry].map(Duration::from_millis);
            let timing = Timing::new(lease, renew, retry).expect("valid");
            let attempt = Pace::new(timing, 1).attempt_timeout();
            assert!(attempt > Duration::ZERO);
            assert!(retry + 3 * attempt <= renew, "{timing:?}: {attempt:?}");
        }
    }
}
