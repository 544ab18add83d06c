//! What watches tell: late, twice, from an old list, with gaps, or not at all.

use le_core::Moment;
use le_lease::{Sighting, WatchState};

use super::agenda::Happening;
use super::world::{Verdict, World};

impl World {
    /// Begins to watch: the list goes out.
    pub(crate) fn open(&mut self, who: usize) -> Verdict {
        let process = &mut self.processes[who];
        let asked = process.clock.read(self.now);
        process.stream += 1;
        let stream = process.stream;
        process.machine.handle_watch(asked, WatchState::Starting);
        let there = self.random.u64(1..=30_000_000);
        if self.strays() {
            self.count("list lost");
            self.agenda.put(self.now + self.lease() / 4, Happening::Cut { who, stream });
        } else {
            self.agenda.put(self.now + there, Happening::List { who, stream, asked });
        }
        self.drive(who, None)
    }

    /// Makes the list on the server, from now on followed by every change.
    pub(crate) fn list(&mut self, who: usize, stream: u64, asked: Moment) {
        if self.processes[who].stream != stream {
            return;
        }
        if self.now < self.processes[who].cut_off_until.max(self.server_down_until) {
            self.agenda.put(self.now + 1_000_000, Happening::Cut { who, stream });
            return;
        }
        let length = self.store.history.len();
        let mut known = length;
        if self.strays() && length > 0 {
            self.count("list stale");
            known -= self.random.usize(..length.min(4));
        }
        let sighting = match known.checked_sub(1).map(|last| &self.store.history[last]) {
            Some(change) if !change.deleted => Sighting::Present(change.record.clone()),
            _ => Sighting::Absent { asked },
        };
        let at = self.now + self.random.u64(1..=30_000_000);
        let process = &mut self.processes[who];
        process.open = true;
        process.told_until = at;
        self.agenda.put(at, Happening::Listed { who, stream, sighting });
        for change in known..length {
            self.tell_later(who, change);
        }
    }

    pub(crate) fn listed(&mut self, who: usize, stream: u64, sighting: Sighting) -> Verdict {
        if self.processes[who].stream != stream {
            return Ok(());
        }
        self.log(|| format!("p{who} lists {sighting:?}"));
        let now = self.processes[who].clock.read(self.now);
        self.processes[who].machine.handle_sighting(now, sighting);
        self.processes[who].machine.handle_watch(now, WatchState::Up);
        self.drive(who, None)
    }

    /// Lets every watch tell of the changes from `known` on.
    pub(crate) fn spread(&mut self, known: usize) {
        for change in known..self.store.history.len() {
            for who in 0..self.processes.len() {
                if self.processes[who].alive && self.processes[who].open {
                    self.tell_later(who, change);
                }
            }
        }
    }

    fn tell_later(&mut self, who: usize, change: usize) {
        if self.strays() && self.random.u8(..4) == 0 {
            return self.count("watch gap");
        }
        let slow = if self.strays() { self.lease() / 2 } else { 20_000_000 };
        let process = &mut self.processes[who];
        process.told_until = process.told_until.max(self.now + self.random.u64(1..=slow));
        let (at, stream) = (process.told_until, process.stream);
        self.agenda.put(at, Happening::Tell { who, stream, change });
        if self.strays() {
            self.count("told twice");
            let again = at + self.random.u64(..self.lease());
            self.agenda.put(again, Happening::Tell { who, stream, change });
        }
    }

    pub(crate) fn tell(&mut self, who: usize, stream: u64, change: usize) -> Verdict {
        let process = &mut self.processes[who];
        if process.stream != stream || self.now < process.cut_off_until {
            return Ok(());
        }
        let sighting = self.store.history[change].sighting();
        let now = process.clock.read(self.now);
        process.machine.handle_sighting(now, sighting.clone());
        self.log(|| format!("p{who} is told {sighting:?}"));
        self.drive(who, None)
    }

    /// Ends a watch; the next begins a little later.
    pub(crate) fn cut(&mut self, who: usize, stream: u64) -> Verdict {
        let process = &mut self.processes[who];
        if process.stream != stream {
            return Ok(());
        }
        process.open = false;
        process.stream += 1;
        let now = process.clock.read(self.now);
        process.machine.handle_watch(now, WatchState::Down);
        self.count("watch cut");
        self.log(|| format!("p{who} watches no more"));
        let pause = self.random.u64(1..=self.lease() / 8);
        self.agenda.put(self.now + pause, Happening::Open { who });
        self.drive(who, None)
    }

    fn strays(&mut self) -> bool {
        self.stormy() && self.random.u32(..1000) < self.plan.astray
    }
}
