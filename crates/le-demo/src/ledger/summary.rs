//! The last line.

use std::fmt;
use std::time::Duration;

use serde::Serialize;

/// What the run amounts to.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Summary {
    /// How many objects there ever were.
    pub(crate) objects: u64,
    /// How many generations they had.
    pub(crate) generations: u64,
    /// How many objects were in the hands of two replicas at the same time.
    pub(crate) overlapping: u64,
    /// How many writes came under an older token after a newer one had written to the same bucket.
    pub(crate) stale_writes: u64,
    /// How many generations nobody handled.
    pub(crate) unhandled: u64,
    /// How many objects the next leader handled again.
    pub(crate) resynced: u64,
    /// How long it took until somebody else led.
    pub(crate) handovers: HandoverTimes,
}

/// The times of the hand-overs, by the signal that the leader got.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct HandoverTimes {
    pub(crate) terminate: Times,
    pub(crate) kill: Times,
}

/// The times of one kind, in seconds, over all the buckets that the leaders led.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Times {
    /// How many leaders were replaced.
    pub(crate) count: u64,
    /// How many buckets they led.
    pub(crate) buckets: u64,
    /// The median, by the nearest rank; none where there is no hand-over.
    pub(crate) p50: Option<f64>,
    /// The longest.
    pub(crate) max: Option<f64>,
}

impl Times {
    pub(crate) fn new(leaders: u64, mut took: Vec<Duration>) -> Self {
        took.sort_unstable();
        let median = took.len().div_ceil(2).checked_sub(1);
        let seconds =
            |index: Option<usize>| index.and_then(|index| took.get(index)).map(Duration::as_secs_f64);
        Self {
            count: leaders,
            buckets: took.len() as u64,
            p50: seconds(median),
            max: seconds(took.len().checked_sub(1)),
        }
    }
}

impl Summary {
    /// Tells whether nothing went wrong that the demo counts.
    pub(crate) fn is_clean(&self) -> bool {
        (self.overlapping, self.stale_writes, self.unhandled) == (0, 0, 0)
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} objects in {} generations", self.objects, self.generations)?;
        writeln!(f, "  {:>6} in the hands of two replicas at the same time", self.overlapping)?;
        writeln!(f, "  {:>6} written under an older token after a newer one", self.stale_writes)?;
        writeln!(f, "  {:>6} generations handled by nobody", self.unhandled)?;
        writeln!(f, "  {:>6} handled again by the next leader, as it should be", self.resynced)?;
        writeln!(f, "hand-overs after SIGTERM: {}", self.handovers.terminate)?;
        writeln!(f, "hand-overs after SIGKILL: {}", self.handovers.kill)?;
        write!(
            f,
            "{}",
            if self.is_clean() {
                "each object by exactly one replica"
            } else {
                "NOT each object by exactly one replica"
            }
        )
    }
}

impl fmt::Display for Times {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (Some(p50), Some(max)) = (self.p50, self.max) else { return f.write_str("none") };
        write!(f, "leaders {}, buckets {}, p50 {p50:.3} s, longest {max:.3} s", self.count, self.buckets)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_of_the_nearest_rank() {
        let times = |seconds: &[u64]| {
            let times = Times::new(1, seconds.iter().copied().map(Duration::from_secs).collect());
            (times.p50, times.max)
        };
        assert_eq!(times(&[]), (None, None));
        assert_eq!(times(&[7]), (Some(7.0), Some(7.0)));
        assert_eq!(times(&[9, 1]), (Some(1.0), Some(9.0)));
        assert_eq!(times(&[9, 1, 4]), (Some(4.0), Some(9.0)));
    }

    #[test]
    fn any_of_the_three_counts_makes_it_unclean() {
        let times = Times::new(0, Vec::new());
        let summary = |overlapping, stale_writes, unhandled| Summary {
            objects: 1,
            generations: 1,
            overlapping,
            stale_writes,
            unhandled,
            resynced: 5,
            handovers: HandoverTimes { terminate: times.clone(), kill: times.clone() },
        };
        assert!(summary(0, 0, 0).is_clean());
        assert!(!summary(1, 0, 0).is_clean());
        assert!(!summary(0, 1, 0).is_clean());
        assert!(!summary(0, 0, 1).is_clean());
    }
}
