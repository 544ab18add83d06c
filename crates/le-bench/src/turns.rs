//! Two things, measured in turns.

use std::time::Duration;

/// The times of two things that were measured in turns, so that what slows the machine down slows both.
///
/// A ratio of a few percent is lost where one thing is measured for seconds and then the other, which is why this is not left
/// to criterion: the machine is another one by then.
#[derive(Clone, Debug, Default)]
pub struct Turns {
    times: Vec<(Duration, Duration)>,
}

impl Turns {
    /// Notes one turn: our time, and the other's.
    pub fn note(&mut self, ours: Duration, other: Duration) {
        self.times.push((ours, other));
    }

    /// Returns our median time of a turn.
    pub fn ours(&self) -> Duration {
        Duration::from_secs_f64(median(self.times.iter().map(|(ours, _)| ours.as_secs_f64())))
    }

    /// Returns the other's median time of a turn.
    pub fn other(&self) -> Duration {
        Duration::from_secs_f64(median(self.times.iter().map(|(_, other)| other.as_secs_f64())))
    }

    /// Returns the median of the turns' ratios, ours to the other's.
    pub fn ratio(&self) -> f64 {
        median(self.times.iter().map(|(ours, other)| ours.as_secs_f64() / other.as_secs_f64()))
    }

    /// Returns the median of the turns' differences in seconds, ours less the other's.
    pub fn difference(&self) -> f64 {
        median(self.times.iter().map(|(ours, other)| ours.as_secs_f64() - other.as_secs_f64()))
    }
}

/// Returns the median of some numbers.
///
/// # Panics
///
/// If there are none.
pub fn median(numbers: impl Iterator<Item = f64>) -> f64 {
    let mut numbers: Vec<f64> = numbers.collect();
    numbers.sort_by(f64::total_cmp);
    numbers[numbers.len() / 2]
}
