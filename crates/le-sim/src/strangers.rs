//! What strangers do to the Leases.

use le_lease::{Record, Version, WriteTime};

use crate::chance::For;
use crate::schedule::{Deed, Fate, Message, Strangers};
use crate::seen::Kind;
use crate::store::Writer;
use crate::world::World;

impl World<'_> {
    /// Lets a stranger do a deed; tells whether it could.
    pub(crate) fn meddle(&mut self, lease: usize, deed: &Deed) -> bool {
        let Some(record) = self.store.slots[lease].lease.clone() else {
            // One made free again would be taken at once, not created, by a candidate that never saw the deleted one.
            let may = *deed == Deed::Create && self.schedule.frame.strangers != Strangers::Deleters;
            if may {
                let uid = format!("uid-of-a-stranger-{}", self.now);
                self.replace(Kind::Creates, lease, None, Record { uid, ..blank() });
            }
            return may;
        };
        let held = record.holder().is_some();
        let harmful = self.schedule.frame.strangers == Strangers::Harmful;
        let own = self.own_duration();
        // Without a cap nobody would ever lead again.
        let long = matches!(deed, Deed::Take(_, None) | Deed::OddDuration(i32::MAX));
        if long && self.schedule.frame.longest_wait.is_none() {
            return false;
        }
        let mut writer = self.store.slots[lease].writer;
        let mut changed = record.clone();
        let kind = match deed {
            Deed::Delete => return self.delete(lease, held),
            Deed::Free(holder) if harmful || !held => {
                changed.holder.clone_from(holder);
                Kind::Frees
            }
            Deed::Empty if harmful || !held => {
                changed = Record { uid: record.uid.clone(), ..blank() };
                Kind::Empties
            }
            Deed::Shorten if harmful && held => {
                changed.duration_seconds = Some(1);
                Kind::Shortens
            }
            Deed::Restore(back) if harmful => {
                // Somebody writes an old state again, as from a backup.
                let changes = &self.store.slots[lease].changes;
                let old = changes.iter().rev().nth(*back).or(changes.first());
                let old = &self.store.history[*old.expect("it holds the present state")];
                (changed, writer) = (old.record.clone(), old.writer);
                changed.uid.clone_from(&record.uid);
                Kind::Restores
            }
            Deed::Take(name, times) => {
                changed.holder = Some(name.clone());
                changed.duration_seconds = Some(times.map_or(i32::MAX, |times| times * own));
                changed.renewed = Some(WriteTime::from_micros(self.now as i64));
                if times.is_some() { Kind::Takes } else { Kind::TakesLong }
            }
            Deed::Duration(times) => {
                changed.duration_seconds = times.map(|times| times * own);
                Kind::Durations
            }
            Deed::OddDuration(seconds) => {
                changed.duration_seconds = Some(*seconds);
                Kind::OddDurations
            }
            Deed::Transitions(transitions) => {
                changed.transitions = *transitions;
                Kind::Transitions
            }
            Deed::Time(micros) => {
                changed.renewed = micros.map(WriteTime::from_micros);
                Kind::Times
            }
            Deed::Touch => Kind::Touches,
            Deed::Create | Deed::Free(_) | Deed::Empty | Deed::Shorten | Deed::Restore(_) => return false,
        };
        if matches!(kind, Kind::Frees | Kind::Empties | Kind::Shortens | Kind::Restores) {
            self.dockets[lease].harmed_at = Some(self.now);
        }
        if kind != Kind::Restores && (&changed.holder, changed.renewed) != (&record.holder, record.renewed) {
            writer = None;
        }
        self.replace(kind, lease, writer, changed);
        true
    }

    fn delete(&mut self, lease: usize, held: bool) -> bool {
        let frame = &self.schedule.frame;
        let may = match frame.strangers {
            Strangers::Harmful => true,
            Strangers::Deleters => frame.holds || self.all_know(lease),
            Strangers::Harmless => false,
        };
        if held && !may {
            return false;
        }
        let docket = &mut self.dockets[lease];
        if held {
            docket.deleted_at = Some(self.now);
            docket.harmed_at =
                docket.harmed_at.max((frame.strangers == Strangers::Harmful).then_some(self.now));
        }
        self.count(if held { Kind::Deletes } else { Kind::DeletesFree });
        self.log(|| format!("a stranger deletes l{lease}"));
        let known = self.store.history.len();
        self.store.delete(lease);
        self.spread(known);
        true
    }

    fn replace(&mut self, kind: Kind, lease: usize, writer: Writer, record: Record) {
        self.count(kind);
        self.log(|| format!("{kind:?} l{lease}: {record:?}"));
        let known = self.store.history.len();
        let written_at = self.store.slots[lease].written_at;
        self.store.put(self.now, lease, writer, record);
        // A stranger's touch is no sign of life of the holder.
        self.store.slots[lease].written_at = written_at;
        self.spread(known);
    }

    /// Lets a stranger delete a Lease that was just given back.
    pub(crate) fn sweep(&mut self, lease: usize) {
        if self.store.slots[lease].lease.as_ref().is_none_or(|record| record.holder().is_some()) {
            return;
        }
        let nth = self.store.version();
        let mut random = self.chance.of(For::Serve, lease, nth);
        let fate = self.fate(Message::Write(nth), |_| (random.u8(..8) == 0).then_some(Fate::Swept));
        if fate.is_some() {
            self.count(Kind::DeletesFree);
            self.store.delete(lease);
        }
    }

    /// The longer lease duration of the candidates, in seconds.
    fn own_duration(&self) -> i32 {
        self.schedule.frame.timings[1].0.div_ceil(1000) as i32
    }

    /// Whether every candidate has seen a Lease as it is, held.
    fn all_know(&mut self, lease: usize) -> bool {
        let held = self.store.slots[lease].lease.as_ref().filter(|record| record.holder().is_some());
        let Some(version) = held.map(|record| record.version) else { return false };
        let mut ours = self.replicas.iter_mut().filter(|replica| replica.alive);
        ours.all(|replica| replica.seat(lease).is_none_or(|seat| seat.machine.base() == Some(version)))
    }
}

fn blank() -> Record {
    Record {
        version: Version::new(0),
        uid: String::new(),
        holder: None,
        duration_seconds: None,
        transitions: None,
        renewed: None,
    }
}
