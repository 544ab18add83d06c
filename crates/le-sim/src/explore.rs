//! Runs many schedules, on all cores, until one breaks a rule.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crate::{Schedule, Seen, run};

/// How far to go.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// The first seed; each schedule has the next.
    pub seed: u64,
    /// So many schedules at most.
    pub schedules: u64,
    /// So long at most.
    pub time: Option<Duration>,
    /// On so many threads.
    pub threads: usize,
}

impl Limits {
    /// So many schedules from a seed on, on all cores, however long it takes.
    pub fn new(seed: u64, schedules: u64) -> Self {
        Self { seed, schedules, time: None, threads: thread::available_parallelism().map_or(1, Into::into) }
    }
}

/// A schedule that broke a rule.
#[derive(Clone, Debug)]
pub struct Found {
    /// Its seed.
    pub seed: u64,
    /// After how many others it was found.
    pub after: u64,
    /// The rule that it broke.
    pub broken: String,
}

/// How far an exploration is.
#[derive(Clone, Copy, Debug)]
pub struct Progress {
    /// The schedules that were run.
    pub schedules: u64,
    /// The time since the first.
    pub time: Duration,
}

/// What came of an exploration.
#[derive(Clone, Debug)]
pub struct Summary {
    /// The schedules that were run.
    pub schedules: u64,
    /// The time that they took.
    pub time: Duration,
    /// What happened in them how often.
    pub seen: Seen,
    /// The one with the lowest seed of those that broke a rule.
    pub found: Option<Found>,
}

/// Runs schedules until one breaks a rule, or the limits are reached, or `stop` is set. `tell` is called every second.
///
/// # Panics
///
/// As [`run`].
pub fn explore(
    limits: Limits,
    mutant: Option<&str>,
    stop: &AtomicBool,
    mut tell: impl FnMut(Progress),
) -> Summary {
    let begin = Instant::now();
    let (next, done) = (AtomicU64::new(0), AtomicU64::new(0));
    let found: Mutex<Option<Found>> = Mutex::new(None);
    let ends = AtomicBool::new(false);
    let over = || {
        ends.load(Ordering::Relaxed)
            || stop.load(Ordering::Relaxed)
            || limits.time.is_some_and(|time| begin.elapsed() >= time)
    };
    let work = || {
        let mut seen = Seen::default();
        while !over() {
            let after = next.fetch_add(1, Ordering::Relaxed);
            if after >= limits.schedules {
                break;
            }
            let seed = limits.seed.wrapping_add(after);
            let outcome = run(&Schedule::draw(seed), mutant);
            seen.add(&outcome.seen);
            done.fetch_add(1, Ordering::Relaxed);
            if let Some(broken) = outcome.broken {
                ends.store(true, Ordering::Relaxed);
                let mut found = found.lock().expect("nobody panics with it");
                if found.as_ref().is_none_or(|known| after < known.after) {
                    *found = Some(Found { seed, after, broken });
                }
            }
        }
        seen
    };
    let mut seen = Seen::default();
    thread::scope(|scope| {
        let workers: Vec<_> = (0..limits.threads).map(|_| scope.spawn(work)).collect();
        let mut told = Instant::now();
        while workers.iter().any(|worker| !worker.is_finished()) {
            thread::sleep(Duration::from_millis(10));
            if told.elapsed() >= Duration::from_secs(1) {
                told = Instant::now();
                tell(Progress { schedules: done.load(Ordering::Relaxed), time: begin.elapsed() });
            }
        }
        for worker in workers {
            seen.add(&worker.join().expect("a run catches its panics"));
        }
    });
    let found = found.into_inner().expect("nobody panics with it");
    Summary { schedules: done.into_inner(), time: begin.elapsed(), seen, found }
}
