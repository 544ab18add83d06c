//! What candidates are told of changes.

use std::sync::Arc;

use le_lease::{Sighting, WatchState};

use crate::candidate::Watch;
use crate::journal::Journal;
use crate::print::Print;
use crate::scope;
use crate::world::World;

impl World {
    /// Lets every watch tell of a change, or hold it back.
    pub(crate) fn spread(&mut self, change: Option<Sighting>, journal: &mut Journal<'_>) {
        let Some(change) = change else { return };
        let print = Arc::new(Print::of(&change));
        for who in 0..self.candidates.len() {
            let Some(process) = &mut self.candidates[who].process else { continue };
            match process.watch {
                Watch::Polls => {}
                Watch::Up if !process.paused && process.backlog.is_empty() => {
                    self.tell(who, change.clone(), journal);
                }
                Watch::Up | Watch::Stalled => process.hold_back(&change, &print),
            }
        }
    }

    /// Tells the oldest change that was held back.
    pub(crate) fn tell_next(&mut self, who: usize, journal: &mut Journal<'_>) {
        let (change, _) = self.process_mut(who).backlog.remove(0);
        self.tell(who, change, journal);
    }

    fn tell(&mut self, who: usize, change: Sighting, journal: &mut Journal<'_>) {
        journal.line(|| format!("c{who} is told {change:?}"));
        let now = self.now();
        self.process_mut(who).machine_mut().handle_sighting(now, change);
        self.drive(who, None, journal);
    }

    /// Lets a watch begin anew, with the Lease as it is; what was held back is a gap.
    pub(crate) fn relist(&mut self, who: usize, journal: &mut Journal<'_>) {
        let now = self.now();
        let sighting = match self.store.record() {
            Some(record) => Sighting::Present(record.clone()),
            None => Sighting::Absent { asked: now },
        };
        journal.line(|| format!("c{who} lists {sighting:?}"));
        let process = self.process_mut(who);
        process.watch = Watch::Up;
        process.backlog.clear();
        process.machine_mut().handle_sighting(now, sighting);
        process.machine_mut().handle_watch(now, WatchState::Up);
        self.drive(who, None, journal);
    }

    /// Lets a stranger take the Lease. It lasts for the longest duration that there is, so that no right outlasts it.
    pub(crate) fn take(&mut self, name: u64, journal: &mut Journal<'_>) {
        let change = self.store.take(name, scope::longest_lease());
        self.spread(change, journal);
    }
}
