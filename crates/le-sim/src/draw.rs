//! Draws a schedule from a seed.

use fastrand::Rng;

use crate::chance::{Chance, For};
use crate::schedule::{Deed, Fault, Frame, Kind, Restart, Schedule, Strangers, Times, What, Who};

/// Timings in milliseconds: roomy, tight, and at the edge of what is valid.
const TIMINGS: [Times; 8] = [
    Times(15_000, 10_000, 2_000),
    Times(60_000, 40_000, 10_000),
    Times(3_000, 2_000, 500),
    Times(15_000, 14_000, 2_000),
    Times(2_500, 2_000, 500),
    Times(10_000, 9_000, 7_000),
    Times(1_000, 100, 50),
    Times(1_000, 900, 20),
];

/// What the timing is where a Go peer takes part: it tells renewals apart by whole seconds, and counts its duration so.
const GO_TIMINGS: [Times; 4] = [TIMINGS[0], TIMINGS[1], TIMINGS[2], Times(15_000, 13_000, 2_000)];

impl Schedule {
    /// Draws a schedule.
    pub fn draw(seed: u64) -> Self {
        let chance = Chance::new(seed);
        let frame = frame(&mut chance.of(For::Frame, 0, 0));
        let faults = faults(&mut chance.of(For::Fault, 0, 0), &frame);
        Self { seed, frame, faults, strays: None }
    }
}

fn frame(random: &mut Rng) -> Frame {
    let strangers = [Strangers::Harmless, Strangers::Harmless, Strangers::Harmful, Strangers::Deleters]
        [random.usize(..4)];
    let goes = random.u8(..5) == 0;
    let leases = match random.u8(..100) {
        0..=84 => 1,
        85..=95 => random.usize(2..=3),
        96..=98 => random.usize(4..=8),
        _ => random.usize(9..=20),
    };
    let most = if leases > 3 { 3 } else { 7 };
    let others = random.usize(1..most).min(random.usize(1..most));
    let mut fleet = vec![Kind::Ours; 1 + others];
    if goes {
        for kind in &mut fleet[1..] {
            *kind = [Kind::Ours, Kind::Go33, Kind::Go35][random.usize(..3)];
        }
    }
    let times = if goes { random.choice(GO_TIMINGS) } else { random.choice(TIMINGS) };
    let times @ Times(lease, renew, retry) = times.expect("the tables are not empty");
    let slower = Times(lease * 3, renew * 3, retry * 2);
    let holds = random.bool();
    // Whoever never saw the deleted Lease holds the new one for a time of its own, which must be enough for the other.
    let alike = strangers == Strangers::Deleters && holds;
    let other = if !alike && random.u8(..4) == 0 { slower } else { times };
    // A peer that counts whole seconds sees a renewal up to a second late.
    let room = if goes { (lease - 1_000) * 1024 / renew } else { lease * 1024 / renew };
    let fastest = if random.bool() { 1024 } else { room.saturating_sub(1).clamp(1024, 4096) };
    let nanos = lease * 1_000_000;
    Frame {
        strangers,
        timings: [times, other],
        holds,
        leases,
        fleet,
        storm: nanos * random.u64(3..=9),
        impostors: random.bool(),
        astray: [0, 20, 100, 300][random.usize(..4)],
        fastest,
        longest_wait: random.bool().then_some(4 * other.0.div_ceil(1000) * 1_000_000_000),
        drain_bound: nanos / 4 * random.u64(0..=8),
        longest_drain: nanos / 4 * random.u64(0..=12),
        longest_cooldown: nanos / 2 * random.u64(0..=4),
    }
}

fn faults(random: &mut Rng, frame: &Frame) -> Vec<Fault> {
    let lease = frame.timings[0].0 * 1_000_000;
    // Ten renewals of a term fit between two faults, or hardly one.
    let every = if random.bool() { lease } else { lease / 4 };
    let mut faults = Vec::new();
    let mut at = 0;
    loop {
        at += random.u64(1..=2 * every);
        if at >= frame.storm {
            return faults;
        }
        let what = if random.u8(..3) == 0 {
            What::Stranger(random.usize(..frame.leases), deed(random, frame))
        } else {
            incident(random, frame, lease)
        };
        faults.push(Fault { at, what });
    }
}

fn incident(random: &mut Rng, frame: &Frame, lease: u64) -> What {
    // More often than not it hits whoever leads.
    let who = match random.u8(..4) {
        0 | 1 => Who::Leader(random.usize(..frame.leases)),
        _ => Who::Any(random.usize(..64)),
    };
    let long = random.u64(1..=3 * lease);
    match random.u8(..13) {
        0..=2 => What::Partition(who, long),
        3 | 4 => What::Pause(who, long),
        5 | 6 => {
            let restart = match random.u8(..4) {
                0 | 1 => Restart::New,
                2 => Restart::Same,
                _ if frame.impostors => Restart::Same,
                _ => Restart::SameAndGone,
            };
            What::Crash(who, restart, random.u64(..2 * lease))
        }
        7 => What::ServerDown(random.u64(1..=lease)),
        8 => What::CutWatch { who },
        9 if frame.impostors => What::Twin { who },
        10 => What::Suspend(who, long),
        _ => What::Stop(who, random.u64(..2 * lease)),
    }
}

fn deed(random: &mut Rng, frame: &Frame) -> Deed {
    // Without a duration the reader's own counts, which may be shorter than that of whoever leads.
    let alike = frame.timings[0] == frame.timings[1];
    match random.u8(..16) {
        0 | 1 => Deed::Delete,
        2 => Deed::Free([None, Some(String::new())][random.usize(..2)].clone()),
        3 => Deed::Shorten,
        4 | 5 => {
            let names = if frame.impostors { 3 } else { 1 };
            let name = ["stranger", "candidate-0", "candidate-1"][random.usize(..names)];
            Deed::Take(name.into(), [None, Some(1), Some(2), Some(3)][random.usize(..4)])
        }
        6 => Deed::Duration([Some(1), Some(3), None][random.usize(..if alike { 3 } else { 2 })]),
        7 if alike => Deed::OddDuration([0, -1, i32::MIN][random.usize(..3)]),
        7 => Deed::OddDuration(i32::MAX),
        8 => Deed::Transitions([None, Some(-7), Some(i32::MAX), Some(0)][random.usize(..4)]),
        9 => Deed::Time([None, Some(7), Some(i64::MAX)][random.usize(..3)]),
        10 => Deed::Restore(random.usize(..8)),
        11 => Deed::Create,
        12 => Deed::Empty,
        _ => Deed::Touch,
    }
}
