//! How fast a process may ask for Leases that it does not lead.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use le_core::Moment;

/// By default so many requests a second: at 5 ms each they keep five of the API server's 600 seats busy.
const QPS: NonZeroU32 = NonZeroU32::new(1_000).expect("it is not zero");

/// By default so many at once: a quarter of the writes that an API server takes on at a time.
const BURST: NonZeroU32 = NonZeroU32::new(50).expect("it is not zero");

/// Spreads the requests with which many candidates of a process begin and end. Cheap to clone; all clones are one.
///
/// Renewals do not pass here: they are spread by themselves, and one that is held up is a leadership lost.
#[derive(Clone, Debug)]
pub(crate) struct Rate {
    between: Duration,
    /// How far ahead of their turn requests may go.
    ahead: Duration,
    /// When the next request has its turn, in nanoseconds.
    next: Arc<AtomicU64>,
}

impl Default for Rate {
    fn default() -> Self {
        Self::new(QPS, BURST)
    }
}

impl Rate {
    pub(crate) fn new(qps: NonZeroU32, burst: NonZeroU32) -> Self {
        let between = Duration::from_secs(1) / qps.get();
        Self { between, ahead: between.saturating_mul(burst.get() - 1), next: Arc::default() }
    }

    /// Takes a turn, and returns the moment from which on it may be used.
    pub(crate) fn take(&self, now: Moment) -> Moment {
        let turn = |next: u64| Moment::from_nanos(next).max(now);
        let after = |next| Some((turn(next) + self.between).as_nanos());
        let next = self.next.fetch_update(Ordering::Relaxed, Ordering::Relaxed, after);
        let turn = turn(next.unwrap_or_else(|unchanged| unchanged));
        now + turn.since(now + self.ahead)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rate(qps: u32, burst: u32) -> Rate {
        let number = |number| NonZeroU32::new(number).expect("it is not zero");
        Rate::new(number(qps), number(burst))
    }

    fn at(millis: u64) -> Moment {
        Moment::ORIGIN + Duration::from_millis(millis)
    }

    #[test]
    fn a_burst_goes_at_once_and_the_rest_in_turn() {
        let rate = rate(100, 3);
        let now = at(5_000);
        let taken: Vec<_> = (0..6).map(|_| rate.take(now)).collect();
        assert_eq!(taken, [5_000, 5_000, 5_000, 5_010, 5_020, 5_030].map(at));
    }

    #[test]
    fn what_was_not_used_is_saved_up_to_one_burst_and_no_more() {
        let rate = rate(100, 3);
        for _ in 0..6 {
            rate.take(at(0));
        }
        assert_eq!(
            rate.take(at(40)),
            at(40),
            "six turns and a pause: the seventh is due at 60, less the burst"
        );
        let later = at(60_000);
        let taken: Vec<_> = (0..4).map(|_| rate.take(later)).collect();
        assert_eq!(taken, [60_000, 60_000, 60_000, 60_010].map(at));
    }

    #[test]
    fn the_largest_numbers_overflow_nothing() {
        let rate = rate(u32::MAX, u32::MAX);
        assert_eq!(rate.take(Moment::NEVER), Moment::NEVER);
        assert_eq!(rate.take(at(1)), at(1).max(rate.take(at(1))));
    }
}
