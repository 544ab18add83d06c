//! Chance without memory: every draw follows from the seed and from what it is for, so that leaving one fault out of a schedule
//! changes none of the others.

use fastrand::Rng;

/// What a draw is for.
#[derive(Clone, Copy, Debug)]
pub(crate) enum For {
    Frame,
    Fault,
    Process,
    Machine,
    Request,
    Serve,
    Tell,
    List,
    Work,
    Wake,
    Go,
}

/// The source of all draws of one schedule.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Chance(u64);

impl Chance {
    pub(crate) fn new(seed: u64) -> Self {
        Self(mix(seed))
    }

    /// Returns the numbers for the `nth` thing of its kind of `who`.
    pub(crate) fn of(self, purpose: For, who: usize, nth: u64) -> Rng {
        Rng::with_seed(mix(self.0 ^ mix(((purpose as u64) << 56) ^ ((who as u64) << 40) ^ nth)))
    }
}

/// Spreads the bits of a number over all of them (the finalizer of splitmix64).
fn mix(number: u64) -> u64 {
    let mut z = number.wrapping_add(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}
