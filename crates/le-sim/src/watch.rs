//! What watches tell: late, twice, from an old list, with gaps, or not at all.

use le_core::Moment;
use le_lease::{Sighting, WatchState};

use crate::agenda::Happening;
use crate::chance::For;
use crate::replica::Body;
use crate::schedule::{Fate, Message};
use crate::seen::Kind;
use crate::world::{Verdict, World};

/// How long a list takes at most, either way, in nanoseconds.
const LIST: u64 = 30_000_000;
/// How long a change takes at most, in nanoseconds.
const TELL: u64 = 20_000_000;

impl World<'_> {
    /// Begins to watch: the list goes out.
    pub(crate) fn open(&mut self, who: usize) -> Verdict {
        let replica = &mut self.replicas[who];
        let asked = replica.clock.read(self.now);
        replica.stream += 1;
        replica.lists += 1;
        let (stream, nth) = (replica.stream, replica.lists);
        self.tell_watch(who, WatchState::Starting)?;
        let mut random = self.chance.of(For::List, who, nth);
        let there = random.u64(1..=LIST);
        let fate = self.fate(Message::List(who, nth), |world| {
            if !world.strays(&mut random) {
                return None;
            }
            Some(if random.bool() { Fate::Lost } else { Fate::Stale(random.usize(1..=4)) })
        });
        if fate == Some(Fate::Lost) {
            self.count(Kind::ListLost);
            self.agenda.put(self.now + self.lease() / 4, Happening::Cut { who, stream });
        } else {
            self.agenda.put(self.now + there, Happening::List { who, stream, asked });
        }
        Ok(())
    }

    /// Makes the list on the server, from now on followed by every change.
    pub(crate) fn list(&mut self, who: usize, stream: u64, asked: Moment) {
        let replica = &self.replicas[who];
        if replica.stream != stream {
            return;
        }
        if self.now < replica.cut_off_until.max(self.server_down_until) {
            self.agenda.put(self.now + 1_000_000, Happening::Cut { who, stream });
            return;
        }
        let length = self.store.history.len();
        let nth = replica.lists;
        // One that is stale was drawn so when it was asked for.
        let stale = self.strays.iter().rev().take(64).find(|stray| stray.message == Message::List(who, nth));
        let behind = match stale.map(|stray| stray.fate) {
            Some(Fate::Stale(behind)) => behind.min(length),
            _ => 0,
        };
        if behind > 0 {
            self.count(Kind::ListStale);
        }
        let known = length - behind;
        let sightings = (0..self.store.slots.len()).map(|lease| {
            let changes = &self.store.slots[lease].changes;
            let last = changes.iter().rev().find(|change| **change < known);
            match last.map(|change| &self.store.history[*change]) {
                Some(change) if !change.deleted => Sighting::Present(change.record.clone()),
                _ => Sighting::Absent { asked },
            }
        });
        let sightings = sightings.collect();
        let at = self.now + self.chance.of(For::List, who, nth | 1 << 32).u64(1..=LIST);
        let replica = &mut self.replicas[who];
        replica.open = true;
        replica.told_until = at;
        self.agenda.put(at, Happening::Listed { who, stream, sightings });
        for change in known..length {
            self.tell_later(who, change);
        }
    }

    pub(crate) fn listed(&mut self, who: usize, stream: u64, sightings: Vec<Sighting>) -> Verdict {
        if self.replicas[who].stream != stream {
            return Ok(());
        }
        for (lease, sighting) in sightings.into_iter().enumerate() {
            self.show(who, lease, sighting)?;
        }
        self.tell_watch(who, WatchState::Up)
    }

    /// Shows a sighting to our candidate for a Lease.
    fn show(&mut self, who: usize, lease: usize, sighting: Sighting) -> Verdict {
        self.log(|| format!("p{who} l{lease} sees {sighting:?}"));
        let now = self.replicas[who].clock.read(self.now);
        let seat = self.seat(who, lease);
        match &sighting {
            Sighting::Present(record) => seat.told(now, record, false),
            Sighting::Deleted(record) => seat.told(now, record, true),
            _ => seat.told_absence(now),
        }
        seat.machine.handle_sighting(now, sighting);
        self.drive(who, lease, None)
    }

    /// Tells every candidate of a process how its watch stands.
    pub(crate) fn tell_watch(&mut self, who: usize, state: WatchState) -> Verdict {
        let now = self.replicas[who].clock.read(self.now);
        for lease in 0..self.store.slots.len() {
            self.seat(who, lease).machine.handle_watch(now, state);
            self.drive(who, lease, None)?;
        }
        Ok(())
    }

    /// Lets every watch tell of the changes from `known` on.
    pub(crate) fn spread(&mut self, known: usize) {
        for change in known..self.store.history.len() {
            for who in 0..self.replicas.len() {
                let replica = &self.replicas[who];
                if replica.alive && replica.open {
                    self.tell_later(who, change);
                }
            }
        }
    }

    fn tell_later(&mut self, who: usize, change: usize) {
        self.replicas[who].tells += 1;
        let nth = self.replicas[who].tells;
        let mut random = self.chance.of(For::Tell, who, nth);
        let mut slow = random.u64(1..=TELL);
        let fate = self.fate(Message::Tell(who, nth), |world| {
            if !world.strays(&mut random) {
                return None;
            }
            Some(match random.u8(..4) {
                0 => Fate::Lost,
                1 => Fate::Repeated(random.u64(..world.lease())),
                _ => Fate::Late(random.u64(1..=world.lease() / 2)),
            })
        });
        match fate {
            Some(Fate::Lost) => return self.count(Kind::Gap),
            Some(Fate::Late(late)) => {
                self.count(Kind::ToldLate);
                slow = late;
            }
            _ => {}
        }
        let replica = &mut self.replicas[who];
        replica.told_until = replica.told_until.max(self.now + slow);
        let (at, stream) = (replica.told_until, replica.stream);
        self.agenda.put(at, Happening::Tell { who, stream, change });
        if let Some(Fate::Repeated(after)) = fate {
            self.count(Kind::ToldTwice);
            self.agenda.put(at + after, Happening::Tell { who, stream, change });
        }
    }

    pub(crate) fn tell(&mut self, who: usize, stream: u64, change: usize) -> Verdict {
        let replica = &self.replicas[who];
        if replica.stream != stream || self.now < replica.cut_off_until {
            return Ok(());
        }
        let change = &self.store.history[change];
        let (lease, sighting) = (change.lease, change.sighting());
        self.show(who, lease, sighting)
    }

    /// Ends a watch; the next begins a little later.
    pub(crate) fn cut(&mut self, who: usize, stream: u64) -> Verdict {
        let replica = &mut self.replicas[who];
        if replica.stream != stream || !matches!(replica.body, Body::Ours(_)) {
            return Ok(());
        }
        replica.open = false;
        replica.stream += 1;
        let nth = replica.lists;
        self.count(Kind::WatchCut);
        self.log(|| format!("p{who} watches no more"));
        self.tell_watch(who, WatchState::Down)?;
        let pause = self.chance.of(For::List, who, nth | 1 << 33).u64(1..=self.lease() / 8);
        self.agenda.put(self.now + pause, Happening::Open { who });
        Ok(())
    }
}
