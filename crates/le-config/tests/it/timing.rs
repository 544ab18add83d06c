//! A timing in hand can elect.

use std::time::Duration;

use le_config::{GoDuration, Timing, TimingError};
use proptest::prelude::*;

const NANOSECOND: Duration = Duration::from_nanos(1);

fn seconds(lease: u64, renew: u64, retry: u64) -> Result<Timing, TimingError> {
    Timing::new(Duration::from_secs(lease), Duration::from_secs(renew), Duration::from_secs(retry))
}

#[test]
fn the_default_is_60_40_10_seconds_and_valid() {
    assert_eq!(seconds(60, 40, 10), Ok(Timing::default()));
}

#[test]
fn a_duration_of_zero_is_refused_by_its_key() {
    let zero = |key| Err(TimingError::NotPositive { key, value: GoDuration::default() });
    assert_eq!(seconds(0, 40, 10), zero("lease-duration"));
    assert_eq!(seconds(60, 0, 10), zero("renew-deadline"));
    assert_eq!(seconds(60, 40, 0), zero("retry-period"));
    assert_eq!(seconds(60, 0, 10).unwrap_err().to_string(), "renew-deadline (0s) must be above zero");
}

#[test]
fn a_lease_holds_for_a_second_at_least() {
    let (renew, retry) = (Duration::from_millis(500), Duration::from_millis(100));
    assert!(Timing::new(Duration::from_secs(1), renew, retry).is_ok());
    let lease_duration = Duration::from_secs(1) - NANOSECOND;
    let error = Timing::new(lease_duration, renew, retry).unwrap_err();
    assert_eq!(error, TimingError::LeaseTooShort { lease_duration });
    assert_eq!(error.to_string(), "lease-duration (999.999999ms) must be at least 1s");
}

#[test]
fn a_leader_gives_up_before_its_lease_runs_out() {
    let (lease, retry) = (Duration::from_secs(15), Duration::from_secs(2));
    assert!(Timing::new(lease, lease - NANOSECOND, retry).is_ok());
    let error = Timing::new(lease, lease, retry).unwrap_err();
    assert_eq!(error, TimingError::RenewNotBelowLease { renew_deadline: lease, lease_duration: lease });
    assert_eq!(
        error.to_string(),
        "renew-deadline (15s) must be below lease-duration (15s): lower the first or raise the second"
    );
}

#[test]
fn a_retry_stretched_by_a_fifth_still_comes_before_the_deadline() {
    let (lease, renew) = (Duration::from_secs(15), Duration::from_secs(12));
    assert!(Timing::new(lease, renew, Duration::from_secs(10) - NANOSECOND).is_ok());
    let error = Timing::new(lease, renew, Duration::from_secs(10)).unwrap_err();
    assert_eq!(
        error,
        TimingError::RetryTooLong { retry_period: Duration::from_secs(10), renew_deadline: renew }
    );
    assert_eq!(
        error.to_string(),
        "1.2 x retry-period (10s) must be below renew-deadline (12s): lower the first or raise the second"
    );
}

#[test]
fn the_fifth_is_exact_where_floating_point_is_not() {
    // 1.2 x 10000000000000005 ns is 12000000000000006 ns, which no `f64` between its neighbours says.
    let (lease, retry) = (Duration::from_secs(1 << 30), Duration::from_nanos(10_000_000_000_000_005));
    assert!(Timing::new(lease, Duration::from_nanos(12_000_000_000_000_006), retry).is_err());
    assert!(Timing::new(lease, Duration::from_nanos(12_000_000_000_000_007), retry).is_ok());
}

#[test]
fn the_seconds_of_a_lease_are_rounded_up() {
    for (millis, expected) in [(1000, 1), (1001, 2), (1999, 2), (2000, 2), (60_000, 60)] {
        let timing = Timing::new(
            Duration::from_millis(millis),
            Duration::from_millis(500),
            Duration::from_millis(100),
        );
        assert_eq!(timing.unwrap().lease_duration_seconds(), expected, "{millis} ms");
    }
}

#[test]
fn a_lease_longer_than_the_field_says_its_most_and_its_leader_gives_up_before() {
    const MOST: u64 = i32::MAX as u64;
    assert_eq!(seconds(MOST, 40, 10).unwrap().lease_duration_seconds(), i32::MAX);
    assert_eq!(seconds(MOST + 1, 40, 10).unwrap().lease_duration_seconds(), i32::MAX);
    assert_eq!(seconds(u64::MAX, MOST - 1, 10).unwrap().lease_duration_seconds(), i32::MAX);
    let longest = Timing::new(Duration::MAX, Duration::from_secs(40), Duration::from_secs(10)).unwrap();
    assert_eq!(longest.lease_duration_seconds(), i32::MAX);
    let error = seconds(u64::MAX, MOST, 10).unwrap_err();
    assert_eq!(error, TimingError::RenewTooLong { renew_deadline: Duration::from_secs(MOST) });
    assert_eq!(
        error.to_string(),
        "renew-deadline (596523h14m7s) must be below 596523h14m7s, the longest lease-duration that a Lease can say"
    );
}

#[test]
fn the_longest_durations_of_rust_are_compared_and_written_exactly() {
    let error = Timing::new(Duration::from_secs(60), Duration::MAX, Duration::MAX).unwrap_err();
    assert!(
        error.to_string().starts_with("renew-deadline (5124095576030431h0m15.999999999s) must"),
        "{error}"
    );
    assert!(Timing::new(Duration::MAX, Duration::from_secs(40), Duration::MAX).is_err());
}

proptest! {
    #[test]
    fn what_is_valid_keeps_every_promise(lease in 0u64..200, renew in 0u64..200, retry in 0u64..200) {
        let [lease, renew, retry] = [lease, renew, retry].map(|tenths| Duration::from_millis(100 * tenths));
        let promised = lease >= Duration::from_secs(1) && renew < lease && retry * 6 < renew * 5 && retry > Duration::ZERO;
        let timing = Timing::new(lease, renew, retry);
        prop_assert_eq!(timing.is_ok(), promised);
        if let Ok(timing) = timing {
            prop_assert_eq!((timing.lease_duration(), timing.renew_deadline(), timing.retry_period()), (lease, renew, retry));
            prop_assert!(Duration::from_secs(timing.lease_duration_seconds() as u64) >= lease);
        }
    }
}
