//! How much is explored, and the timing that makes it small.

use std::time::Duration;

use le_config::Timing;
use le_core::Moment;

/// How far apart two instants are at which something happens. All waits of the machine are multiples of it but the random ones,
/// and of those each is rounded up to the same number of ticks whatever chance says: the backoff and the first renewal to one,
/// the poll to two, the stagger to one more than the lease duration. So chance decides nothing here, and is left out.
pub(crate) const TICK: Duration = Duration::from_secs(1);

/// Lease duration, renew deadline and retry period, in ticks. It is the shortest that is worth checking: an attempt may be answered
/// a tick after it was sent and not two (its timeout is a quarter of renew deadline less retry period), and a lease runs out one
/// tick after the right under it.
const TIMING: [u64; 3] = [7, 6, 1];
/// Those of a candidate that is configured otherwise.
const SLOWER: [u64; 3] = [12, 10, 1];

/// The longest renew deadline, in ticks.
pub(crate) const LONGEST_RIGHT: u64 = SLOWER[1];

/// For how many ticks a moment in the past still counts: as long as an attempt may take, for what has passed while one was under
/// way is compared with when that was sent. Only the latter counts for longer, since a right counts from it.
pub(crate) const MEMORY: u64 = 3;

/// For how many ticks nobody may lead after a storm: two claims of the longest lease duration and a random while each, one after
/// the other, where the second came to light when the first had all but run out.
pub(crate) const LONGEST_CALM: u8 = 26;

/// How long work may drain.
pub(crate) const DRAIN_BOUND: Duration = Duration::from_secs(3);

/// How long a candidate that stepped down waits.
pub(crate) const COOLDOWN: Duration = Duration::from_secs(2);

/// The first tick: long enough after the origin of the clock that the origin is just one more moment in the past.
pub(crate) const FIRST_TICK: u64 = 2 * LONGEST_RIGHT;

/// Returns the timing of a candidate.
pub(crate) fn timing(slower: bool) -> Timing {
    let [lease, renew, retry] = if slower { SLOWER } else { TIMING }.map(|ticks| TICK * ticks as u32);
    Timing::new(lease, renew, retry).expect("the table is valid")
}

/// Returns the lease duration that a stranger writes, in seconds: nobody's right outlasts it.
pub(crate) fn longest_lease() -> i32 {
    timing(true).lease_duration_seconds()
}

/// Returns the moment of a tick, which all processes agree on here: clocks that run apart are the simulator's.
pub(crate) fn moment(tick: u64) -> Moment {
    Moment::ORIGIN + TICK * u32::try_from(tick).expect("no path is that long")
}

/// Returns the first tick at which a moment has come.
pub(crate) fn tick_of(nanos: u64) -> u64 {
    nanos.div_ceil(TICK.as_nanos() as u64)
}

/// How candidates and their world are set up. Each is a state from which the search begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Setup {
    /// Whether all hold what they create before they lead it: then a stranger may delete the Lease at any time.
    pub(crate) holds: bool,
    /// Whether the last candidate reads the Lease every retry period, for want of a watch.
    pub(crate) polls: bool,
    /// Whether the first candidate has the longer timing.
    pub(crate) slower: bool,
}

const PLAIN: Setup = Setup { holds: false, polls: false, slower: false };

/// The setups, one after the other from the plainest.
const SETUPS: [Setup; 4] =
    [PLAIN, Setup { holds: true, ..PLAIN }, Setup { polls: true, ..PLAIN }, Setup { slower: true, ..PLAIN }];

/// How much is explored.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Scope {
    /// How many candidates there are: up to three.
    pub candidates: usize,
    /// How many faults there may be in all, of any kind, in any order and at any time.
    pub faults: u8,
    /// How many setups the search begins with, from the plainest: all watch; all hold new Leases too; one has no watch; one has a
    /// longer timing.
    pub setups: usize,
    /// Whether states that differ only in which candidate is which count as one.
    pub symmetry: bool,
    /// The way in which all machines are broken.
    #[cfg(le_mutants)]
    pub mutant: Option<le_lease::Mutant>,
}

impl Scope {
    /// Makes a scope of all setups.
    pub fn new(candidates: usize, faults: u8) -> Self {
        Self {
            candidates,
            faults,
            setups: SETUPS.len(),
            symmetry: true,
            #[cfg(le_mutants)]
            mutant: None,
        }
    }

    /// What is searched in every run of the tests: any one fault.
    pub fn small(candidates: usize) -> Self {
        Self::new(candidates, 1)
    }

    /// What takes minutes: any two faults. Three candidates all watch, and lead at once what they create.
    pub fn full(candidates: usize) -> Self {
        let setups = if candidates > 2 { 1 } else { SETUPS.len() };
        Self { setups, ..Self::new(candidates, 2) }
    }

    /// Whether all that can happen should: with a fault, and from all setups.
    pub(crate) fn is_whole(&self) -> bool {
        self.setups == SETUPS.len() && self.faults > 0
    }

    pub(crate) fn setups(&self) -> &'static [Setup] {
        &SETUPS[..self.setups]
    }
}
