//! Which states count as one.
//!
//! A machine holds moments, versions, write times, attempt numbers and names that grow without end, and of which it only ever asks
//! how they compare. Two worlds that differ in nothing but those have the same future, so they count as one:
//!
//! - a moment is its distance from now in whole ticks, and whatever is longer past than the longest renew deadline is as past as
//!   that (nothing adds a longer wait to a moment of the past);
//! - versions and tokens are their ranks among all that there are, in any machine, message or store;
//! - write times, attempts, epochs, identities, uids and process numbers are numbered as they are met;
//! - the number of attempts made and the state of the random generator are left out (see `scope.rs`), and more than five failures
//!   in a row are five;
//! - what nothing refers to any more is not there: replies to the dead, what a watch that lags will not tell.
//!
//! Worlds that differ in anything else do not merge. With symmetry, candidates have no names either: of all their orders the one
//! counts that gives the least number. Stateright's own `representative` is asked for by its depth-first search only, and paths
//! through a storm, which may last for ever, are too deep for that; so the order is chosen here.
//!
//! That it is right to merge what is merged is itself checked: see [`crate::twins`].

use std::hash::{DefaultHasher, Hash, Hasher};
use std::mem;

use crate::late::Late;
use crate::print::{Kind, Print};
use crate::scope::{LONGEST_RIGHT, MEMORY, tick_of};
use crate::world::{STRANGER, World};

/// The orders of up to three candidates, the first of as many as there are being the one that they have.
const ORDERS: [[usize; 3]; 6] = [[0, 1, 2], [1, 0, 2], [0, 2, 1], [1, 2, 0], [2, 0, 1], [2, 1, 0]];

impl Hash for World {
    fn hash<H: Hasher>(&self, hasher: &mut H) {
        hasher.write_u64(self.identity());
    }
}

impl PartialEq for World {
    fn eq(&self, other: &Self) -> bool {
        self.identity() == other.identity()
    }
}

impl World {
    /// Returns the number by which a world is known.
    pub(crate) fn identity(&self) -> u64 {
        let count = self.candidates.len();
        let orders = match (self.scope.symmetry, count) {
            (false, _) | (_, 1) => 1,
            (true, 2) => 2,
            (true, _) => ORDERS.len(),
        };
        let versions = self.versions();
        let numbers =
            ORDERS[..orders].iter().map(|order| Canon::new(self, &versions).number(&order[..count]));
        numbers.min().expect("there is at least one order")
    }

    /// Returns all versions and tokens, in order.
    fn versions(&self) -> Vec<u64> {
        let backlogs = self.running().flat_map(|(_, process)| &process.backlog);
        let prints = (self.store.lease.iter().map(|lease| &lease.print))
            .chain(self.running().filter_map(|(_, process)| process.print.as_deref()))
            .chain(self.running().filter_map(|(_, process)| Some(&*process.sending.as_ref()?.1)))
            .chain(backlogs.map(|(_, print)| &**print))
            .chain(self.late.iter().map(|late| &*late.print));
        let holes = prints.flat_map(|print| &print.holes);
        let mut versions: Vec<u64> =
            holes.filter(|(kind, _)| *kind == Kind::Version).map(|(_, value)| *value).collect();
        versions.extend(self.newest_token.map(|token| token.get()));
        versions.sort_unstable();
        versions.dedup();
        versions
    }
}

/// One pass over a world in one order of its candidates.
struct Canon<'a> {
    world: &'a World,
    versions: &'a [u64],
    hasher: DefaultHasher,
    names: Met,
    uids: Met,
    times: Met,
    lives: Met,
    attempts: Met,
}

/// Values in the order in which they were met.
#[derive(Default)]
struct Met(Vec<u64>);

impl Met {
    fn number(&mut self, value: u64) -> u64 {
        let known = self.0.iter().position(|met| *met == value);
        let number = known.unwrap_or_else(|| {
            self.0.push(value);
            self.0.len() - 1
        });
        number as u64
    }
}

impl<'a> Canon<'a> {
    fn new(world: &'a World, versions: &'a [u64]) -> Self {
        let [names, uids, times, lives, attempts] = [(); 5].map(|()| Met::default());
        Self { world, versions, hasher: DefaultHasher::new(), names, uids, times, lives, attempts }
    }

    fn number(mut self, order: &[usize]) -> u64 {
        let world = self.world;
        self.put((world.setup, world.faults, world.calm, world.led, world.broken, world.impostor));
        self.put(world.deleted_at.map(|at| self.distance(at, LONGEST_RIGHT)));
        self.put(world.newest_token.map(|token| self.rank(token.get())));
        self.names.number(STRANGER);
        for place in order {
            let candidate = &world.candidates[*place];
            self.put((self.names.0.len(), self.lives.0.len()));
            self.names.number(candidate.name);
            self.lives.number(candidate.life);
        }
        if let Some(lease) = &world.store.lease {
            let writer = lease.writer.map(|life| self.lives.number(life));
            self.put((true, writer));
            self.print(&lease.print, 0);
        }
        for place in order {
            self.candidate(*place);
            let mut late: Vec<&Late> = world.late.iter().filter(|late| late.place == *place).collect();
            late.sort_unstable_by_key(|late| (late.life, late.id_number()));
            for late in late {
                let life = self.lives.number(late.life);
                self.put((2_u8, life));
                self.print(&late.print, late.life);
            }
        }
        self.hasher.finish()
    }

    fn candidate(&mut self, place: usize) {
        let candidate = &self.world.candidates[place];
        let Some(process) = &candidate.process else { return self.put((3_u8, candidate.buried)) };
        self.put((4_u8, process.paused, process.stopped, process.work, process.in_term));
        self.put((process.winding_down, mem::discriminant(&process.watch), process.requests));
        let print = process.print.as_ref().expect("it is settled");
        self.print(print, candidate.life);
        for (_, print) in process.sending.iter() {
            self.put(5_u8);
            self.print(print, candidate.life);
        }
        for (_, print) in process.awaited.iter() {
            self.put(6_u8);
            self.print(print, candidate.life);
        }
        for (_, print) in &process.backlog {
            self.put(7_u8);
            self.print(print, candidate.life);
        }
    }

    /// Puts in what stands in the text of something that belongs to a process.
    fn print(&mut self, print: &Print, life: u64) {
        self.put(print.skeleton);
        let mut epochs = Met::default();
        for (kind, value) in &print.holes {
            let number = match kind {
                Kind::Moment => self.distance(tick_of(*value), MEMORY),
                Kind::Sent => self.distance(tick_of(*value), LONGEST_RIGHT),
                Kind::Version => self.rank(*value),
                Kind::Time => self.times.number(*value),
                Kind::Attempt => self.attempts.number(life << 32 | *value),
                Kind::Epoch => epochs.number(*value),
                Kind::Name => self.names.number(*value),
                Kind::Uid => self.uids.number(*value),
            };
            self.hasher.write_u64(number);
        }
    }

    fn distance(&self, tick: u64, memory: u64) -> u64 {
        if tick == tick_of(u64::MAX) {
            return u64::MAX;
        }
        (tick + memory).saturating_sub(self.world.tick)
    }

    fn rank(&self, version: u64) -> u64 {
        self.versions.partition_point(|known| *known < version) as u64
    }

    fn put(&mut self, value: impl Hash) {
        value.hash(&mut self.hasher);
    }
}
