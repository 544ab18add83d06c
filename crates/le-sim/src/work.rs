//! The work that leaders do: it gives up by itself, drains for a while, or cannot even begin.

use le_core::StopReason;
use std::time::Duration;

use crate::agenda::Happening;
use crate::chance::For;
use crate::replica::Body;
use crate::seat::Work;
use crate::world::{Verdict, World};

impl World<'_> {
    pub(crate) fn work_begins(&mut self, who: usize, lease: usize) {
        let term = self.seat(who, lease).term;
        let mut random = self.chance.of(For::Work, who, term << 8 | lease as u64);
        if self.stormy() && random.u8(..6) == 0 {
            let after = random.u64(..self.lease());
            self.agenda.put(self.now + after, Happening::WorkEnds { who, lease, term });
        }
    }

    pub(crate) fn end_work(&mut self, who: usize, lease: usize) {
        let seat = self.seat(who, lease);
        if seat.work == Work::Running {
            seat.work = Work::Draining;
            let term = seat.term;
            let mut random = self.chance.of(For::Work, who, 1 << 32 | term << 8 | lease as u64);
            let longest = self.schedule.frame.longest_drain;
            let drain = if random.bool() { 0 } else { random.u64(..=longest) };
            self.agenda.put(self.now + drain, Happening::WorkEnds { who, lease, term });
        }
    }

    pub(crate) fn work_ends(&mut self, who: usize, lease: usize, term: u64) -> Verdict {
        let calm = !self.stormy();
        let now = self.replicas[who].clock.read(self.now);
        let mut random = self.chance.of(For::Work, who, 2 << 32 | term << 8 | lease as u64);
        let cooldown = Duration::from_nanos(self.schedule.frame.longest_cooldown).mul_f64(random.f64());
        let Body::Ours(seats) = &mut self.replicas[who].body else { return Ok(()) };
        let seat = &mut seats[lease];
        let was = seat.work;
        // Work that was about to give up by itself does not, once all is well.
        if seat.term != term || was == Work::Idle || (was == Work::Running && calm) {
            return Ok(());
        }
        if was == Work::Running || random.u8(..8) == 0 {
            seat.work = Work::Idle;
            seat.machine.handle_step_down(now, StopReason::PromotionFailed, cooldown);
        } else {
            seat.work_ended(&mut self.seen);
            seat.machine.handle_drained(now);
        }
        self.log(|| format!("p{who} l{lease} was {was:?}, now its work has ended"));
        self.drive(who, lease, None)
    }
}
