//! Times of one look-up each.

use std::hint::black_box;
use std::thread;
use std::time::{Duration, Instant};

use le_bench::{Stopwatch, Turns};
use le_core::NamespacedName;

/// How often two things are measured in turns.
const TURNS: usize = 80;

/// A key at a time: which one comes next is known only when the one before has been answered. Else the processor works on several
/// at once.
pub(crate) fn chained(
    keys: &[NamespacedName<'_>],
    mut each: impl FnMut(&NamespacedName<'_>) -> usize,
) -> Duration {
    let nothing = black_box(0);
    per_key(keys, || {
        let mut last = 0;
        for index in 0..keys.len() {
            last = each(&keys[index + (last & nothing)]);
        }
        last
    })
}

/// As a loop over keys does it.
pub(crate) fn in_a_loop(
    keys: &[NamespacedName<'_>],
    mut each: impl FnMut(&NamespacedName<'_>) -> usize,
) -> Duration {
    per_key(keys, || keys.iter().fold(0, |sum, key| sum ^ black_box(each(key))))
}

/// All keys in one call.
pub(crate) fn together(keys: &[NamespacedName<'_>], all: impl FnOnce() -> usize) -> Duration {
    per_key(keys, all)
}

fn per_key(keys: &[NamespacedName<'_>], run: impl FnOnce() -> usize) -> Duration {
    let watch = Stopwatch::of_thread();
    black_box(run());
    watch.elapsed().div_f64(keys.len() as f64)
}

pub(crate) fn in_turns(mut ours: impl FnMut() -> Duration, mut other: impl FnMut() -> Duration) -> Turns {
    let mut turns = Turns::default();
    for _ in 0..TURNS {
        turns.note(ours(), other());
    }
    turns
}

/// Look-ups a second with so many threads, all of them on the same set: the most of several runs.
pub(crate) fn throughput(
    threads: usize,
    keys: &[NamespacedName<'_>],
    each: impl Fn(&NamespacedName<'_>) -> usize + Sync,
) -> f64 {
    const ROUNDS: usize = 200;
    let run = || {
        let began = Instant::now();
        thread::scope(|scope| {
            for _ in 0..threads {
                scope.spawn(|| {
                    for _ in 0..ROUNDS {
                        black_box(keys.iter().fold(0, |sum, key| sum ^ black_box(each(key))));
                    }
                });
            }
        });
        (threads * ROUNDS * keys.len()) as f64 / began.elapsed().as_secs_f64()
    };
    (0..5).map(|_| run()).fold(0.0, f64::max)
}
