//! What a seed decides before a schedule begins.

use std::time::Duration;

use le_config::Timing;

/// Which strangers there are, and so what must hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Strangers {
    /// They touch, rename and garble the Lease, and delete a free one: nothing of that may make a second leader.
    Harmless,
    /// They also free, delete and shorten a held one, which opens a window: it must close within a renew deadline.
    Harmful,
    /// They also delete a held one, where every candidate holds new Leases, or has seen its holder: there is no window.
    Deleters,
}

/// One schedule's frame.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    pub(crate) strangers: Strangers,
    /// Every process has one of these: they differ while a new configuration is rolled out.
    pub(crate) timings: [Timing; 2],
    /// Whether every candidate holds what it creates before it leads.
    pub(crate) holds: bool,
    pub(crate) candidates: usize,
    /// Until when there are faults, in nanoseconds of true time.
    pub(crate) faults_end: u64,
    /// Whether there are twins and impostors; otherwise a restarted process may know that its predecessor is gone.
    pub(crate) impostors: bool,
    /// The mean time between two faults of processes, network or strangers.
    pub(crate) fault_every: u64,
    /// Of a thousand messages, how many go astray.
    pub(crate) astray: u32,
    /// The fastest clock, in 1024ths of true time; the slowest runs at 1024.
    pub(crate) fastest: u64,
    pub(crate) drain_bound: Duration,
    pub(crate) longest_drain: Duration,
    pub(crate) longest_cooldown: Duration,
}

/// Timings in milliseconds: roomy, tight, and at the edge of what is valid.
const TIMINGS: [(u64, u64, u64); 8] = [
    (15_000, 10_000, 2_000),
    (60_000, 40_000, 10_000),
    (3_000, 2_000, 500),
    (15_000, 14_000, 2_000),
    (2_500, 2_000, 500),
    (10_000, 9_000, 7_000),
    (1_000, 100, 50),
    (1_000, 900, 20),
];

impl Plan {
    pub(crate) fn draw(random: &mut fastrand::Rng, strangers: Strangers) -> Self {
        let [lease, renew, retry] =
            <[u64; 3]>::from(TIMINGS[random.usize(..TIMINGS.len())]).map(Duration::from_millis);
        let timing = Timing::new(lease, renew, retry).expect("the table is valid");
        let slower = Timing::new(lease * 3, renew * 3, retry * 2).expect("the relations stay");
        let holds = random.bool();
        // Whoever never saw the deleted Lease holds the new one for a time of its own, which must be enough for the other.
        let alike = strangers == Strangers::Deleters && holds;
        let other = if !alike && random.u8(..4) == 0 { slower } else { timing };
        let nanos = lease.as_nanos() as u64;
        // Ten renewals of a term fit between two faults, or hardly one.
        let fault_every = if random.bool() { nanos } else { nanos / 4 };
        let bound = 1024 * lease.as_nanos() / renew.as_nanos();
        let fastest = if random.bool() { 1024 } else { (bound as u64 - 1).clamp(1024, 4096) };
        Self {
            strangers,
            timings: [timing, other],
            holds,
            candidates: random.usize(2..=5),
            faults_end: nanos * random.u64(4..=12),
            impostors: random.bool(),
            fault_every,
            astray: [0, 20, 100, 300][random.usize(..4)],
            fastest,
            drain_bound: lease * random.u32(0..=8) / 4,
            longest_drain: lease * random.u32(0..=12) / 4,
            longest_cooldown: lease * random.u32(0..=4) / 2,
        }
    }
}
