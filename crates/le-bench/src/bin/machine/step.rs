//! One step: a fact goes in, and all that follows comes out.

use std::time::Duration;

use le_bench::seat::{Candidate, Leader};
use le_bench::{Row, Stopwatch, Target, median};

/// How many steps are measured at once.
const STEPS: usize = 10_000;
/// What one may take.
const MOST: Duration = Duration::from_nanos(200);

pub(crate) fn rows() -> anyhow::Result<Vec<Row>> {
    let row = |name, times: Vec<f64>| {
        let time = Duration::from_secs_f64(median(times.into_iter()));
        Row::of_times(name, time, MOST, Target::AtMost(1.0))
    };
    let renewing: anyhow::Result<Vec<f64>> = (0..40).map(|_| renewing()).collect();
    let waiting: anyhow::Result<Vec<f64>> = (0..40).map(|_| waiting()).collect();
    Ok(vec![
        row("one handle and poll of a leader that renews, beside 200 ns", renewing?),
        row("one handle and poll of a candidate that sees a renewal, beside 200 ns", waiting?),
    ])
}

/// The seconds of one step of a leader, of which each renewal has two.
fn renewing() -> anyhow::Result<f64> {
    let mut leader = Leader::new(STEPS / 2)?;
    let watch = Stopwatch::of_thread();
    (0..STEPS / 2).try_for_each(|_| leader.renew())?;
    Ok(watch.elapsed().as_secs_f64() / STEPS as f64)
}

/// The seconds of one step of a candidate.
fn waiting() -> anyhow::Result<f64> {
    let mut candidate = Candidate::new(STEPS)?;
    let watch = Stopwatch::of_thread();
    (0..STEPS).try_for_each(|_| candidate.see())?;
    Ok(watch.elapsed().as_secs_f64() / STEPS as f64)
}
