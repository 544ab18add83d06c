//! Measured times.

/// Times in milliseconds, sorted.
#[derive(Clone, Debug, Default)]
pub(super) struct Samples(Vec<f64>);

impl Samples {
    pub(super) fn new(times: impl IntoIterator<Item = f64>) -> Self {
        let mut samples = Self(times.into_iter().collect());
        samples.0.sort_by(f64::total_cmp);
        samples
    }

    pub(super) fn add(&mut self, other: Self) {
        *self = Self::new(self.0.iter().copied().chain(other.0));
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// The smallest that is not below this share of all.
    pub(super) fn quantile(&self, share: f64) -> f64 {
        let last = self.0.len().saturating_sub(1);
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            clippy::cast_precision_loss,
            reason = "there are hundreds of them"
        )]
        let index = (share * last as f64).round() as usize;
        self.0.get(index).copied().unwrap_or(f64::NAN)
    }
}

#[cfg(test)]
mod tests {
    use super::Samples;

    #[test]
    fn quantiles_are_taken_from_what_was_measured() {
        let samples = Samples::new([5.0, 1.0, 3.0, 2.0, 4.0]);
        assert_eq!([0.0, 0.5, 1.0].map(|share| samples.quantile(share)), [1.0, 3.0, 5.0]);
        assert!(Samples::default().quantile(0.5).is_nan());
    }
}
