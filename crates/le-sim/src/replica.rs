//! One process: its clock, its watch, and a candidate for every Lease.

use crate::clock::Clock;
use crate::go::Gopher;
use crate::seat::Seat;

/// The candidates of a process.
#[derive(Debug)]
pub(crate) enum Body {
    Ours(Vec<Seat>),
    Go(Vec<Seated>),
}

/// A candidate like client-go, and what was counted of it.
#[derive(Debug)]
pub(crate) struct Seated {
    pub(crate) gopher: Gopher,
    pub(crate) requests: u64,
    /// Whether it was counted already that it outstays its right in this term, or knows of its loss.
    pub(crate) outstays: bool,
    pub(crate) knows: bool,
}

/// When a candidate is to be woken, and by which of the calls that it asked for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Alarm {
    pub(crate) call: u64,
    pub(crate) at: u64,
}

/// One process; one that starts again is another.
#[derive(Debug)]
pub(crate) struct Replica {
    pub(crate) identity: String,
    pub(crate) body: Body,
    pub(crate) alarms: Vec<Alarm>,
    pub(crate) clock: Clock,
    pub(crate) wall: i64,
    pub(crate) alive: bool,
    pub(crate) stopped: bool,
    pub(crate) paused_until: u64,
    pub(crate) cut_off_until: u64,
    pub(crate) stream: u64,
    pub(crate) open: bool,
    /// When the last thing that the watch tells is due, so that order is kept.
    pub(crate) told_until: u64,
    pub(crate) tells: u64,
    pub(crate) lists: u64,
    pub(crate) wakes: u64,
}

impl Replica {
    pub(crate) fn new(identity: String, body: Body, clock: Clock, wall: i64) -> Self {
        let leases = match &body {
            Body::Ours(seats) => seats.len(),
            Body::Go(seats) => seats.len(),
        };
        Self {
            identity,
            body,
            alarms: vec![Alarm { call: 0, at: u64::MAX }; leases],
            clock,
            wall,
            alive: true,
            stopped: false,
            paused_until: 0,
            cut_off_until: 0,
            stream: 0,
            open: false,
            told_until: 0,
            tells: 0,
            lists: 0,
            wakes: 0,
        }
    }

    /// Returns our candidate for a Lease.
    pub(crate) fn seat(&mut self, lease: usize) -> Option<&mut Seat> {
        match &mut self.body {
            Body::Ours(seats) => Some(&mut seats[lease]),
            Body::Go(_) => None,
        }
    }

    /// Tells whether our candidate of this process leads a Lease.
    pub(crate) fn leads(&self, lease: usize, now: u64) -> bool {
        match &self.body {
            Body::Ours(seats) if self.alive => seats[lease].machine.leading(self.clock.read(now)).is_some(),
            _ => false,
        }
    }

    /// Tells whether a candidate like client-go of this process leads a Lease.
    pub(crate) fn go_leads(&self, lease: usize) -> bool {
        match &self.body {
            Body::Go(seats) if self.alive => seats[lease].gopher.leads(),
            _ => false,
        }
    }

    pub(crate) fn is_ours(&self) -> bool {
        matches!(self.body, Body::Ours(_))
    }
}
