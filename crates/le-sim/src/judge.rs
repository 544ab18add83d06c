//! Judges who may lead beside whom: at most one of ours, and what candidates like client-go break is told apart.

use le_lease::Version;

use crate::go::Call;
use crate::replica::Body;
use crate::seen::Kind;
use crate::store::Put;
use crate::world::{Verdict, World};

impl World<'_> {
    /// Looks for a second leader, after a candidate has done something.
    pub(crate) fn check_leaders(&mut self, who: usize, lease: usize) -> Verdict {
        let ours = self.replicas[who].leads(lease, self.now);
        let theirs = self.replicas[who].go_leads(lease);
        if ours && !self.stormy() || theirs && !self.stormy() {
            self.settle(lease);
        }
        if !ours && !theirs {
            return Ok(());
        }
        for other in 0..self.replicas.len() {
            if other == who {
                continue;
            }
            if self.replicas[other].leads(lease, self.now) {
                match ours {
                    true => self.two_of_ours(who, other, lease)?,
                    false => self.go_beside_ours(who, other, lease)?,
                }
            } else if self.replicas[other].go_leads(lease) {
                match ours {
                    true => self.go_beside_ours(other, who, lease)?,
                    false => self.count_once(who, lease, Kind::GoBesideGo),
                }
            }
        }
        Ok(())
    }

    fn settle(&mut self, lease: usize) {
        let docket = &mut self.dockets[lease];
        if docket.settled_at.is_none() {
            docket.settled_at = Some(self.now);
            self.count(Kind::LedAgain);
        }
    }

    fn two_of_ours(&mut self, one: usize, other: usize, lease: usize) -> Verdict {
        let docket = &self.dockets[lease];
        if self.is_recent(docket.harmed_at) {
            self.count(Kind::WindowUsed);
        } else if self.is_recent(docket.robbed_at) {
            self.count(Kind::WindowByGo);
        } else {
            return Err(format!("two leaders of l{lease}: p{one} and p{other}"));
        }
        Ok(())
    }

    /// A candidate like client-go leads beside one of ours: that is ours to answer for only where the Lease is the other's, and
    /// its time is not over.
    fn go_beside_ours(&mut self, go: usize, ours: usize, lease: usize) -> Verdict {
        let slot = &self.store.slots[lease];
        let held = slot.lease.as_ref().filter(|record| record.holder().is_some() && slot.writer == Some(go));
        let entitled = held.is_some_and(|record| {
            let rate = self.schedule.frame.fastest;
            self.now < slot.written_at + self.claim(record.duration_seconds) / rate * 1024
        });
        let docket = &self.dockets[lease];
        let excused = self.in_window(lease) || self.is_recent(docket.deleted_at);
        if entitled && !excused {
            return Err(format!("p{ours} leads l{lease}, which is that of p{go} (go)"));
        }
        self.count_once(go, lease, Kind::GoOutstays);
        Ok(())
    }

    fn count_once(&mut self, go: usize, lease: usize, kind: Kind) {
        let Body::Go(seats) = &mut self.replicas[go].body else { return };
        if !seats[lease].outstays {
            seats[lease].outstays = true;
            self.seen.count(kind);
        }
    }

    /// How long a claim lasts in true time where nobody's clock is fast, in nanoseconds.
    fn claim(&self, seconds: Option<i32>) -> u64 {
        let own = self.schedule.frame.timings[1].0 * 1_000_000;
        seconds.and_then(|s| u64::try_from(s).ok()).filter(|s| *s > 0).map_or(own, |s| s * 1_000_000_000)
    }

    /// For how long whoever holds a Lease may lead on after it was taken away.
    pub(crate) fn longest_right(&self) -> u64 {
        self.schedule.frame.timings[1].1 * 1_000_000 + 1
    }

    fn is_recent(&self, at: Option<u64>) -> bool {
        at.is_some_and(|at| self.now <= at + self.longest_right())
    }

    /// Whether somebody opened a window so lately that the right of a leader who was robbed may still last.
    pub(crate) fn in_window(&self, lease: usize) -> bool {
        let docket = &self.dockets[lease];
        self.is_recent(docket.harmed_at) || self.is_recent(docket.robbed_at)
    }

    /// Looks at a write before it is applied: says what is wrong with one of ours, and notes what one like client-go robs.
    pub(crate) fn judge_write(&mut self, who: usize, lease: usize, call: Option<Call>, put: &Put) -> Verdict {
        let slot = &self.store.slots[lease];
        let applies = match (&slot.lease, put.base) {
            (None, None) => true,
            (Some(record), Some(base)) => record.version == base || base == Version::default(),
            _ => false,
        };
        if !applies {
            return Ok(());
        }
        let frees = put.holder.is_none();
        let held = slot.lease.as_ref().filter(|record| record.holder().is_some() && slot.writer != Some(who));
        let Some(call) = call else {
            // A release must find what the process itself wrote.
            if frees && slot.writer != Some(who) {
                return Err(format!("p{who} released l{lease}, which is that of {:?}", slot.writer));
            }
            return Ok(());
        };
        let rate = self.replicas[who].clock.rate;
        let lasts = held.is_some_and(|record| {
            self.now < slot.written_at + self.claim(record.duration_seconds) / rate * 1024
        });
        let deleted = call == Call::Create && self.is_recent(self.dockets[lease].deleted_at);
        if lasts || deleted {
            self.dockets[lease].robbed_at = Some(self.now);
            self.count(if frees { Kind::GoWipes } else { Kind::GoSteals });
        }
        Ok(())
    }
}
