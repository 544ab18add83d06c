//! One step: a fact goes in, and all that follows comes out.

use std::hint::black_box;
use std::time::Duration;

use anyhow::{Context as _, bail};
use le_bench::{Row, Stopwatch, Target, median};
use le_config::Timing;
use le_core::Moment;
use le_lease::{Attempt, Machine, Record, Reply, Request, Sighting, Version, WatchState, WriteTime};

/// How many steps are measured at once.
const STEPS: u64 = 10_000;
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

/// A candidate and the present moment.
struct Seat {
    machine: Machine,
    now: Moment,
}

impl Seat {
    fn new() -> anyhow::Result<Self> {
        let machine = Machine::new(Timing::default(), "replica-1".parse()?, 42);
        Ok(Self { machine, now: Moment::ORIGIN })
    }

    /// What its driver does after each fact.
    fn poll(&mut self) -> Option<Attempt> {
        self.machine.handle_timeout(self.now);
        while self.machine.poll_event().is_some() {}
        let attempt =
            self.machine.poll_request(self.now, WriteTime::from_micros(self.now.as_nanos() as i64 / 1_000));
        black_box(self.machine.poll_timeout());
        attempt
    }

    fn wait(&mut self) {
        self.now = self.machine.poll_timeout().map_or(self.now, |due| due.max(self.now));
    }
}

/// The seconds of one step of a leader: of two in each renewal, the reply and the timeout.
fn renewing() -> anyhow::Result<f64> {
    let mut seat = Seat::new()?;
    seat.machine.handle_watch(seat.now, WatchState::Up);
    seat.machine.handle_sighting(seat.now, Sighting::Absent { asked: seat.now });
    // Records are made by who reads the answers, before the machine sees them.
    let mut records: Vec<Record> =
        (0..STEPS / 2 + 8).rev().map(|number| record(10 + number, "replica-1")).collect();
    let mut begun = None;
    for step in 0..STEPS / 2 + 4 {
        if step == 4 {
            begun = Some(Stopwatch::of_thread());
        }
        let attempt = loop {
            match seat.poll() {
                Some(attempt) => break attempt,
                None => seat.wait(),
            }
        };
        let (Request::Create(write) | Request::Update { write, .. }) = &attempt.request else {
            bail!("it reads: {attempt:?}")
        };
        let mut record = records.pop().context("too few records")?;
        record.renewed = Some(write.time);
        seat.machine.handle_reply(seat.now, attempt.id, Reply::Written(record));
        black_box(seat.poll());
        seat.wait();
    }
    let begun = begun.context("nothing was measured")?;
    Ok(begun.elapsed().as_secs_f64() / STEPS as f64)
}

/// The seconds of one step of a candidate: the watch tells of another's renewal.
fn waiting() -> anyhow::Result<f64> {
    let mut seat = Seat::new()?;
    seat.machine.handle_watch(seat.now, WatchState::Up);
    let records: Vec<Record> = (0..STEPS).map(|number| record(10 + number, "replica-2")).collect();
    let watch = Stopwatch::of_thread();
    for record in records {
        seat.machine.handle_sighting(seat.now, Sighting::Present(record));
        if let Some(attempt) = seat.poll() {
            bail!("it asks for something: {attempt:?}");
        }
        seat.now = seat.now + Duration::from_secs(10);
    }
    Ok(watch.elapsed().as_secs_f64() / STEPS as f64)
}

fn record(version: u64, holder: &str) -> Record {
    Record {
        version: Version::new(version),
        uid: "0c9f1a2b-6a54-4c4e-9f0e-3f1a5d1c7b11".to_owned(),
        holder: Some(holder.to_owned()),
        duration_seconds: Some(60),
        transitions: Some(0),
        renewed: Some(WriteTime::from_micros(version as i64)),
    }
}
