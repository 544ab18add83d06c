//! Candidates to measure: one that leads and renews, and one that watches another do it.

use std::hint::black_box;
use std::time::Duration;

use anyhow::{Context as _, bail, ensure};
use le_config::{HolderIdentity, Timing};
use le_core::Moment;
use le_lease::{Attempt, Machine, Record, Reply, Request, Sighting, Version, WatchState, WriteTime};

const OURS: &str = "replica-1";
const OTHERS: &str = "replica-2";

/// Renewals until everything is as it stays.
const WARM: usize = 4;

/// A candidate and the present moment.
#[derive(Debug)]
struct Seat {
    machine: Machine,
    now: Moment,
}

impl Seat {
    fn new() -> anyhow::Result<Self> {
        let identity: HolderIdentity = OURS.parse()?;
        let mut seat = Self { machine: Machine::new(Timing::default(), identity, 42), now: Moment::ORIGIN };
        seat.machine.handle_watch(seat.now, WatchState::Up);
        Ok(seat)
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

/// A leader that renews.
#[derive(Debug)]
pub struct Leader {
    seat: Seat,
    // Records are made by who reads the answers, before the machine sees them.
    records: Vec<Record>,
}

impl Leader {
    /// Makes one that can renew so many times.
    ///
    /// # Errors
    ///
    /// When it does not become one.
    pub fn new(renewals: usize) -> anyhow::Result<Self> {
        let mut seat = Seat::new()?;
        seat.machine.handle_sighting(seat.now, Sighting::Absent { asked: seat.now });
        let records = (0..(renewals + WARM) as u64).rev().map(|number| record(10 + number, OURS)).collect();
        let mut leader = Self { seat, records };
        (0..WARM).try_for_each(|_| leader.renew())?;
        Ok(leader)
    }

    /// Renews once, which is two steps: the timeout and the reply.
    ///
    /// # Errors
    ///
    /// When it does something else, or has renewed as often as it can.
    pub fn renew(&mut self) -> anyhow::Result<()> {
        let seat = &mut self.seat;
        let attempt = loop {
            match seat.poll() {
                Some(attempt) => break attempt,
                None => seat.wait(),
            }
        };
        let (Request::Create(write) | Request::Update { write, .. }) = &attempt.request else {
            bail!("it reads: {attempt:?}")
        };
        let mut record = self.records.pop().context("too few records")?;
        record.renewed = Some(write.time);
        seat.machine.handle_reply(seat.now, attempt.id, Reply::Written(record));
        black_box(seat.poll());
        seat.wait();
        Ok(())
    }
}

/// A candidate that waits.
#[derive(Debug)]
pub struct Candidate {
    seat: Seat,
    records: Vec<Record>,
}

impl Candidate {
    /// Makes one that can see so many renewals of another.
    ///
    /// # Errors
    ///
    /// When it does not wait.
    pub fn new(renewals: usize) -> anyhow::Result<Self> {
        let records = (0..=renewals as u64).rev().map(|number| record(10 + number, OTHERS)).collect();
        let mut candidate = Self { seat: Seat::new()?, records };
        candidate.see()?;
        Ok(candidate)
    }

    /// Sees one renewal, which is one step: the watch tells of it.
    ///
    /// # Errors
    ///
    /// When it does not go on waiting, or has seen as many as it can.
    pub fn see(&mut self) -> anyhow::Result<()> {
        let seat = &mut self.seat;
        let record = self.records.pop().context("too few records")?;
        seat.machine.handle_sighting(seat.now, Sighting::Present(record));
        let attempt = seat.poll();
        ensure!(attempt.is_none(), "it asks for something: {attempt:?}");
        seat.now = seat.now + Duration::from_secs(10);
        Ok(())
    }
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
