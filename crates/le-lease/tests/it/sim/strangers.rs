//! What strangers do to the Lease.

use le_lease::{Record, Version, WriteTime};

use super::plan::Strangers;
use super::store::Writer;
use super::world::{Verdict, World};

impl World {
    /// Lets a stranger meddle with the Lease.
    pub(crate) fn meddle(&mut self) -> Verdict {
        let known = self.store.history.len();
        let Some(record) = self.store.lease().cloned() else {
            // One made free again would be taken at once, not created, by a candidate that never saw the deleted one.
            if self.plan.strangers != Strangers::Deleters && self.random.bool() {
                self.count("stranger creates");
                let record = self.blank();
                self.store.put(None, record);
            }
            self.spread(known);
            return Ok(());
        };
        let harmful = self.plan.strangers == Strangers::Harmful;
        let deletes =
            harmful || self.plan.strangers == Strangers::Deleters && (self.plan.holds || self.all_know());
        let held = record.holder().is_some();
        let mut changed = record.clone();
        let mut writer = self.store.writer;
        let own = self.plan.timings[1].lease_duration_seconds();
        let what = match self.random.u8(..14) {
            0 | 1 if !held || deletes => {
                if held {
                    self.deleted_at = Some(self.now);
                    self.harmed_at = self.harmed_at.max(harmful.then_some(self.now));
                }
                self.count(if held { "stranger deletes held" } else { "stranger deletes free" });
                self.log(|| "a stranger deletes the lease".into());
                self.store.delete();
                self.spread(known);
                return Ok(());
            }
            2 if harmful => {
                changed.holder = [None, Some(String::new())][self.random.usize(..2)].clone();
                self.harmed_at = Some(self.now);
                "stranger frees"
            }
            3 if harmful && held => {
                changed.duration_seconds = Some(1);
                self.harmed_at = Some(self.now);
                "stranger shortens"
            }
            4 => {
                let names = if self.plan.impostors { 3 } else { 1 };
                changed.holder =
                    Some(["stranger", "candidate-0", "candidate-1"][self.random.usize(..names)].into());
                changed.duration_seconds = Some(own * self.random.i32(1..=3));
                changed.renewed = Some(WriteTime::from_micros(self.now as i64));
                "stranger takes"
            }
            5 => {
                // Without one the reader's own counts, which may be shorter than that of whoever leads.
                let absent = Some(own).filter(|_| self.plan.timings[0] != self.plan.timings[1]);
                changed.duration_seconds = [absent, Some(own), Some(own * 3)][self.random.usize(..3)];
                "stranger changes duration"
            }
            6 => {
                changed.transitions = [None, Some(-7), Some(i32::MAX), Some(0)][self.random.usize(..4)];
                "stranger changes transitions"
            }
            7 => {
                changed.renewed = [None, Some(WriteTime::from_micros(7))][self.random.usize(..2)];
                "stranger changes time"
            }
            8 if harmful => {
                // Somebody writes an old state again, as from a backup.
                let old = self.random.choice(&self.store.history).expect("it holds the present state");
                (changed, writer) = (old.record.clone(), old.writer);
                changed.uid.clone_from(&record.uid);
                self.harmed_at = Some(self.now);
                return self.replace("stranger restores", writer, changed);
            }
            _ => "stranger touches",
        };
        if (&changed.holder, changed.renewed) != (&record.holder, record.renewed) {
            writer = None;
        }
        self.replace(what, writer, changed)
    }

    fn replace(&mut self, what: &'static str, writer: Writer, record: Record) -> Verdict {
        self.count(what);
        self.log(|| format!("{what}: {record:?}"));
        let known = self.store.history.len();
        self.store.put(writer, record);
        self.spread(known);
        Ok(())
    }

    /// Lets a stranger delete the Lease that was just given back.
    pub(crate) fn sweep(&mut self) {
        if self.stormy()
            && self.random.u8(..8) == 0
            && self.store.lease().is_some_and(|lease| lease.holder().is_none())
        {
            self.count("stranger deletes free");
            self.store.delete();
        }
    }

    /// Whether every candidate has seen the Lease as it is, held.
    fn all_know(&self) -> bool {
        let held = self.store.lease().filter(|lease| lease.holder().is_some());
        let mut alive = self.processes.iter().filter(|process| process.alive);
        held.is_some_and(|lease| alive.all(|process| process.machine.base() == Some(lease.version)))
    }

    fn blank(&mut self) -> Record {
        Record {
            version: Version::new(0),
            uid: format!("uid-of-a-stranger-{}", self.now),
            holder: None,
            duration_seconds: None,
            transitions: None,
            renewed: None,
        }
    }
}
