//! How the machine takes in what it sees of the Lease.

use std::mem;
use std::time::Duration;

use le_core::{Moment, StopReason};

use super::Machine;
use super::event::{Event, Notice};
use super::phase::Phase;
use super::record::Record;
use super::sight::{State, WatchState};

/// How many times longer than one's own a claim must last to be worth a notice.
const FAR_ABOVE: u32 = 10;

impl Machine {
    /// Tells whether the machine wrote this record: its identity alone proves nothing.
    pub(super) fn is_mine(&self, record: &Record) -> bool {
        #[cfg(le_mutants)]
        if let Some(mine) = self.mutant_owns(record) {
            return mine;
        }
        record.holder().is_some() && self.own.made(self.identity.as_str(), record)
    }

    /// Takes in what a watch tells, unless it is old.
    pub(super) fn see_news(&mut self, now: Moment, record: Record) {
        if self.sight.is_news(record.version) {
            self.see_record(now, record);
        }
    }

    /// Takes over a record as the newest state of the Lease.
    pub(super) fn see_record(&mut self, now: Moment, record: Record) {
        self.doubt = false;
        self.judge(now, &record);
        self.sight.see(now, record);
    }

    /// Judges what a new state of the Lease means for a term, and when the Lease may be taken.
    fn judge(&mut self, now: Moment, record: &Record) {
        let anew = self.sight.record().is_none_or(|known| known.uid != record.uid);
        if anew {
            self.outlive_deletion(now);
        }
        if self.is_mine(record) {
            // The claim of another stands: this may be a late creation of one's own, over a deleted Lease of theirs.
            if let Phase::Leading(term) = &mut self.phase {
                term.uid.clone_from(&record.uid);
            }
            let created = anew && self.own.created(self.identity.as_str(), record);
            if self.options.hold_new_leases && created && !matches!(self.phase, Phase::Leading(_)) {
                // From when it is known to exist, whatever became of the reply.
                self.lead_from = now + self.timing.lease_duration();
            }
        } else {
            self.lose_to(now, record);
            self.lead_from = Moment::ORIGIN;
            // A free Lease was given back by whoever held it, unless it is another Lease than theirs.
            #[cfg(le_mutants)]
            if self.mutant_sees_no_change(record) {
                return;
            }
            if !(anew && record.holder().is_none()) {
                self.claim_at = self.end_of_claim(now, record);
            }
        }
        self.own.settle(self.identity.as_str(), record);
    }

    /// Takes in that the known Lease is gone. That is no shortcut: whoever held it may have renewed unseen until just now.
    fn outlive_deletion(&mut self, now: Moment) {
        if let State::Present(record) = self.sight.state.clone()
            && !self.is_mine(&record)
        {
            self.claim_at = self.end_of_claim(now, &record);
        }
        #[cfg(le_mutants)]
        self.mutant_hurries();
    }

    /// Takes in that the Lease was deleted; `last` is its last state.
    pub(super) fn see_deletion(&mut self, now: Moment, last: Record) {
        // Some servers tell a deletion under the version of the last write.
        if !self.sight.is_news(last.version) && self.base() != Some(last.version) {
            return;
        }
        // Where its last state is the one that is known, it was told without a gap, and the wait for its holder just goes on.
        let known = self.sight.record().is_some_and(|record| record.same_write(&last));
        if !known {
            self.judge(now, &last);
        }
        #[cfg(le_mutants)]
        self.mutant_hurries();
        self.doubt = false;
        self.sight.see_absent(now, Some(last.version));
    }

    /// Takes in that a list or a read that was sent at `asked` did not find the Lease.
    pub(super) fn see_absence(&mut self, now: Moment, asked: Moment) {
        if !self.sight.is_older_than(asked) {
            return;
        }
        self.outlive_deletion(now);
        self.doubt = false;
        self.sight.see_absent(now, None);
    }

    /// Takes in whether changes are told.
    pub(super) fn see_watch(&mut self, now: Moment, watch: WatchState) {
        let was = mem::replace(&mut self.watch, watch);
        if matches!(self.sight.state, State::Unknown) {
            match watch {
                // The first list tells, and if it hangs, one's own read does. Later ones put nothing off.
                WatchState::Starting if self.read_at == Moment::ORIGIN => {
                    self.read_at = now + self.pace.attempt_timeout();
                }
                WatchState::Starting => {}
                WatchState::Down | WatchState::Up => self.read_at = now,
            }
        } else if was == WatchState::Up && watch != WatchState::Up && !self.doubt {
            self.read_at = now + self.pace.poll();
        }
    }

    /// Ends the term, if there is one, because the Lease is not one's own any more.
    fn lose_to(&mut self, now: Moment, record: &Record) {
        let Phase::Leading(term) = &self.phase else { return };
        #[cfg(le_mutants)]
        if self.is_mutant(super::Mutant::LossIgnored) {
            return;
        }
        let reason = match record.holder() {
            Some(holder) if holder == self.identity.as_str() => StopReason::IdentityUsedElsewhere,
            Some(_) if record.uid != term.uid => StopReason::DeletedAndTaken,
            _ => StopReason::Replaced,
        };
        self.end_term(now, reason);
    }

    /// When a Lease that is not one's own may be taken: at once if it is free, else after what its holder wrote, counted from
    /// now, and a random while.
    fn end_of_claim(&mut self, now: Moment, record: &Record) -> Moment {
        let Some(holder) = record.holder() else { return Moment::ORIGIN };
        self.unanswered = 0;
        if now >= self.retry_at + self.pace.retry_period() {
            // The last race for the Lease is long over: the next one begins without its failures.
            self.failures = 0;
        }
        if holder == self.identity.as_str() {
            // Whoever is gone writes no more, so only what was there from the first is a predecessor's. It may not have held the
            // Lease for long enough to lead.
            let first_sight = matches!(self.sight.state, State::Unknown);
            if self.options.predecessor_is_gone && first_sight && !self.options.hold_new_leases {
                return Moment::ORIGIN;
            }
            self.notice(holder, Notice::IdentityUsedElsewhere { identity: holder.to_owned() });
        }
        let own = self.timing.lease_duration();
        let claimed =
            record.duration_seconds.and_then(|seconds| u64::try_from(seconds).ok()).filter(|s| *s > 0);
        let mut wait = claimed.map_or(own, Duration::from_secs);
        if claimed.is_none() {
            self.notice(holder, Notice::NoDuration { holder: holder.to_owned() });
        }
        if let Some(longest) = self.options.longest_wait {
            wait = wait.min(longest);
        }
        if wait >= own.saturating_mul(FAR_ABOVE) {
            self.notice(holder, Notice::LongDuration { holder: holder.to_owned(), blocks: wait });
        }
        #[cfg(le_mutants)]
        if let Some(end) = self.mutant_end_of_claim(now, record, wait) {
            return end;
        }
        now + wait + self.pace.stagger()
    }

    /// Tells a person, once for each holder.
    fn notice(&mut self, holder: &str, notice: Notice) {
        if self.noted.0 != holder {
            self.noted = (holder.to_owned(), Vec::new());
        }
        let kind = mem::discriminant(&notice);
        if !self.noted.1.contains(&kind) {
            self.noted.1.push(kind);
            self.events.push_back(Event::Notice(notice));
        }
    }
}
