//! Makes a schedule that breaks a rule shorter.

use crate::schedule::{Schedule, Strangers};
use crate::{Outcome, run};

/// Leaves out of a schedule whatever it does not need to break a rule, and returns what is left, spelled out.
///
/// Another rule than at first may be broken in the end: what is wrong is often seen in more than one way. Without a broken rule
/// the schedule is returned as it is.
///
/// # Panics
///
/// As [`run`].
pub fn shrink(schedule: &Schedule, mutant: Option<&str>) -> (Schedule, Outcome) {
    let mut best = run(schedule, mutant);
    let mut shortest = schedule.clone();
    if best.broken.is_none() {
        return (shortest, best);
    }
    let mut attempt = |schedule: Schedule, shortest: &mut Schedule| {
        let outcome = run(&schedule, mutant);
        let breaks = outcome.broken.is_some();
        if breaks {
            *shortest = schedule;
            best = outcome;
        }
        breaks
    };
    attempt(run(schedule, mutant).spelled_out, &mut shortest);
    loop {
        let size = weight(&shortest);
        smaller_frames(&shortest).into_iter().for_each(|schedule| {
            if weight(&schedule) < weight(&shortest) {
                attempt(schedule, &mut shortest);
            }
        });
        thin(&mut shortest, |schedule| &mut schedule.faults, &mut attempt);
        thin(&mut shortest, |schedule| schedule.strays.get_or_insert_default(), &mut attempt);
        if weight(&shortest) == size {
            return (shortest, best);
        }
    }
}

/// Leaves out of one of the lists of a schedule what it can do without: half of it at a time, then less and less.
fn thin<T>(
    shortest: &mut Schedule,
    list: impl Fn(&mut Schedule) -> &mut Vec<T>,
    attempt: &mut impl FnMut(Schedule, &mut Schedule) -> bool,
) {
    let mut chunk = list(shortest).len().next_power_of_two();
    while chunk > 0 {
        let mut at = 0;
        while at < list(shortest).len() {
            let mut schedule = shortest.clone();
            let rest = list(&mut schedule);
            rest.drain(at..(at + chunk).min(rest.len()));
            if !attempt(schedule, shortest) {
                at += chunk;
            }
        }
        chunk /= 2;
    }
}

fn weight(schedule: &Schedule) -> u64 {
    let strays = schedule.strays.as_ref().map_or(0, Vec::len) as u64;
    let frame = &schedule.frame;
    let odd = u64::from(frame.fastest > 1024)
        + u64::from(frame.timings[0] != frame.timings[1])
        + u64::from(frame.longest_drain > 0)
        + u64::from(frame.longest_cooldown > 0);
    let size = (frame.fleet.len() + frame.leases + schedule.faults.len()) as u64 + strays + odd;
    size * 1_000_000 + frame.storm / 1_000_000_000
}

/// Returns the schedule with simpler frames, one change at a time.
fn smaller_frames(schedule: &Schedule) -> Vec<Schedule> {
    let frame = &schedule.frame;
    let mut frames = Vec::new();
    if frame.leases > 1 {
        frames.extend([1, frame.leases / 2].map(|leases| with(schedule, |s| s.frame.leases = leases)));
    }
    for index in (0..frame.fleet.len()).rev().filter(|_| frame.fleet.len() > 1) {
        frames.push(with(schedule, |s| {
            s.frame.fleet.remove(index);
        }));
    }
    frames.push(with(schedule, |s| s.frame.fastest = 1024));
    // Deletions are safe only where whoever creates anew waits for long enough.
    if frame.strangers != Strangers::Deleters {
        frames.push(with(schedule, |s| s.frame.timings[1] = s.frame.timings[0]));
    }
    frames.push(with(schedule, |s| s.frame.longest_drain = 0));
    frames.push(with(schedule, |s| s.frame.longest_cooldown = 0));
    let last = schedule.faults.last().map_or(0, |fault| fault.at) + 1;
    frames.push(with(schedule, |s| s.frame.storm = s.frame.storm.min(last)));
    frames.push(with(schedule, |s| s.frame.storm -= s.frame.storm / 8));
    frames
}

fn with(schedule: &Schedule, change: impl FnOnce(&mut Schedule)) -> Schedule {
    let mut changed = schedule.clone();
    change(&mut changed);
    changed
}
