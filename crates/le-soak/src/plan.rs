//! What a run is made of.

use std::time::Duration;

/// What a run is made of. The same plan gives the same journal, byte for byte.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "a run is made by naming all that it depends on")]
pub struct Plan {
    /// How many replicas there are.
    pub replicas: u32,
    /// How many buckets they compete for.
    pub buckets: u32,
    /// How many objects are theirs to reconcile, for each bucket.
    pub objects: u32,
    /// How long it takes, in virtual time.
    pub length: Duration,
    /// What all chance comes from.
    pub seed: u64,
    /// Which rule is broken on purpose, to see it found.
    pub breach: Breach,
}

/// A rule that is broken on purpose.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
#[non_exhaustive]
pub enum Breach {
    /// None.
    #[default]
    None,
    /// Replicas act on for a while when they do not lead any more.
    ActsOn,
    /// Reconciles are finished past the gate, and write with the token of the term in which they began.
    WritesOn,
    /// A demotion says that it is done while reconciles are in hand.
    DrainsNothing,
}

impl Plan {
    /// How long the others wait after the last change of a Lease.
    pub const LEASE: Duration = Duration::from_secs(15);
    /// How long a leader leads on after its last successful write.
    pub const RENEW: Duration = Duration::from_secs(10);
    /// How often a leader renews.
    pub const RETRY: Duration = Duration::from_secs(2);
    /// How often everybody who believes to lead acts.
    pub const ACT: Duration = Duration::from_millis(50);
    /// How long things go wrong.
    pub const STORM: Duration = Duration::from_secs(240);
    /// How long nothing goes wrong after that.
    pub const CALM: Duration = Duration::from_secs(120);
    /// How long after the end of all faults every bucket is led. A Lease that was renewed, or taken by a stranger, at the very
    /// end of the storm runs out after its duration, and is taken within a stagger; who takes it may just have given it back
    /// for a refused promotion, and waits for up to one lease duration; a replica that starts then needs its cache first.
    pub const SETTLED: Duration = Duration::from_secs(45);

    /// Makes a plan of 20 replicas, 20 buckets and an hour.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        let length = Duration::from_secs(3600);
        Self { replicas: 20, buckets: 20, objects: 3, length, seed, breach: Breach::None }
    }
}

/// Mixes a seed with what is to be told apart: chance that does not depend on who asks first.
pub(crate) fn chance(seed: u64, of: &[&str], at: u64) -> fastrand::Rng {
    // FNV-1a: std's hashers may change between versions.
    let bytes = of.iter().flat_map(|word| word.bytes().chain([0xff])).chain(at.to_le_bytes());
    let mixed = bytes.fold(0xcbf2_9ce4_8422_2325 ^ seed, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    });
    fastrand::Rng::with_seed(mixed)
}
