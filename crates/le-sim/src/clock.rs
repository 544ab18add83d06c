//! Clocks that run apart.

use le_core::Moment;

/// The clock of one process, in nanoseconds of true time.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Clock {
    born: u64,
    origin: u64,
    /// How fast it runs, in 1024ths.
    pub(crate) rate: u64,
}

impl Clock {
    pub(crate) fn new(born: u64, origin: u64, rate: u64) -> Self {
        Self { born, origin, rate }
    }

    /// What it shows at the true time `now`.
    pub(crate) fn read(&self, now: u64) -> Moment {
        let passed = u128::from(now.saturating_sub(self.born)) * u128::from(self.rate) / 1024;
        Moment::from_nanos(self.origin + passed as u64)
    }

    /// The true time at which it shows `moment`.
    pub(crate) fn when(&self, moment: Moment) -> u64 {
        let passed = u128::from(moment.as_nanos().saturating_sub(self.origin)) * 1024;
        self.born.saturating_add(u64::try_from(passed.div_ceil(u128::from(self.rate))).unwrap_or(u64::MAX))
    }

    /// Lets it stand still for so long, as a clock does that stops while the machine is suspended.
    pub(crate) fn stand_still(&mut self, nanos: u64) {
        self.born += nanos;
    }
}
