//! What was at the start beside what is at the end.

use serde::Serialize;

/// Something that was measured at the start and at the end, and must be the same within 5 %.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Compared {
    /// What was measured, with its unit.
    pub what: String,
    /// At the start: after warming up, in a calm.
    pub start: u64,
    /// At the end, in the last calm.
    pub end: u64,
}

/// How far apart the two may be, in hundredths.
const MOST: u64 = 5;

impl Compared {
    /// Puts two measurements side by side.
    pub fn new(what: impl Into<String>, start: u64, end: u64) -> Self {
        Self { what: what.into(), start, end }
    }

    /// Tells whether the two are equal within 5 %. Nothing equals what could not be measured.
    #[must_use]
    pub fn is_equal(&self) -> bool {
        self.start > 0 && self.end > 0 && self.start.abs_diff(self.end) * 100 <= self.start * MOST
    }

    /// Returns by how much the end is more than the start, in hundredths.
    #[must_use]
    pub fn growth(&self) -> f64 {
        (self.end as f64 / self.start as f64 - 1.0) * 100.0
    }
}

/// Returns the middle one, which one odd look does not move.
pub(crate) fn middle(mut of: Vec<u64>) -> u64 {
    of.sort_unstable();
    of.get(of.len() / 2).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn five_in_a_hundred_are_equal_and_six_are_not() {
        for (start, end, equal) in [
            (100, 105, true),
            (100, 95, true),
            (100, 106, false),
            (100, 94, false),
            (7, 7, true),
            (7, 8, false),
            (0, 0, false),
        ] {
            assert_eq!(Compared::new("x", start, end).is_equal(), equal, "{start} {end}");
        }
    }

    #[test]
    fn the_middle_of_many_is_not_moved_by_one() {
        assert_eq!(middle(vec![5, 4, 900, 5, 6]), 5);
    }
}
