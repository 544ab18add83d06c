//! What happens to requests and replies.

use std::time::Duration;

use crate::agenda::{Happening, Reply, RequestId, Route};
use crate::chance::For;
use crate::schedule::{Fate, Message};
use crate::seen::Kind;
use crate::store::{Answer, Wish};
use crate::world::{Verdict, World};

impl World<'_> {
    /// Sends a request on its way.
    pub(crate) fn send(
        &mut self,
        who: usize,
        lease: usize,
        id: RequestId,
        nth: u64,
        wish: Wish,
        timeout: Duration,
    ) {
        let quick = (timeout.as_nanos() as u64 / 4).clamp(1, 50_000_000);
        let mut random = self.chance.of(For::Request, who, nth << 8 | lease as u64);
        let (mut there, mut back) = (random.u64(1..=quick), random.u64(1..=quick));
        let mut route = None;
        let fate = self.fate(Message::Request(who, lease, nth), |world| {
            if !world.strays(&mut random) {
                return None;
            }
            // Late means up to two lease durations, but no later than the storm lasts.
            let late = random.u64(..2 * world.lease()).min(world.schedule.frame.storm - world.now);
            Some(match random.u8(..8) {
                0 => Fate::Lost,
                1 => Fate::ReplyLost,
                2 => Fate::Late(late),
                3 => Fate::ReplyLate(late),
                4 => Fate::Garbled,
                5 => Fate::Repeated(0),
                6 => Fate::Refused,
                _ => Fate::Broken,
            })
        });
        match fate {
            None | Some(Fate::Stale(_) | Fate::Swept) => {}
            Some(Fate::Lost) => return self.count(Kind::RequestLost),
            Some(Fate::ReplyLost) => {
                self.count(Kind::ReplyLost);
                route = Some(Route::Unanswered);
            }
            Some(Fate::Late(late)) => {
                there = late;
                self.count(if late > timeout.as_nanos() as u64 {
                    Kind::AppliedTooLate
                } else {
                    Kind::AppliedLate
                });
            }
            Some(Fate::ReplyLate(late)) => {
                back = late;
                self.count(Kind::ReplyLate);
            }
            Some(Fate::Garbled) => {
                self.count(Kind::Garbled);
                route = Some(Route::Garbled);
            }
            Some(Fate::Repeated(_)) => {
                self.count(Kind::RequestTwice);
                route = Some(Route::Repeated);
            }
            Some(Fate::Refused) => {
                self.count(Kind::Refused);
                route = Some(Route::Refused);
            }
            Some(Fate::Broken) => {
                self.count(Kind::Broken);
                route = Some(Route::Broken);
            }
        }
        let route = route.unwrap_or(Route::Answered(back));
        self.agenda.put(self.now + there, Happening::Arrive { who, lease, id, wish, route });
    }

    /// Serves a request that arrives.
    pub(crate) fn arrive(
        &mut self,
        who: usize,
        lease: usize,
        id: RequestId,
        wish: &Wish,
        route: Route,
    ) -> Verdict {
        if self.now < self.replicas[who].cut_off_until {
            self.count(Kind::CutOff);
            return Ok(());
        }
        if self.now < self.server_down_until {
            self.count(Kind::Turned);
            // Half of the time it does not even say so.
            let mut random = self.chance.of(For::Serve, who, self.now);
            match random.u8(..4) {
                0 => self.answer(who, lease, id, Reply::Refused, 1_000_000),
                1 => self.answer(who, lease, id, Reply::Unknown, 1_000_000),
                _ => {}
            }
            return Ok(());
        }
        let (reply, after) = match route {
            Route::Refused => (Reply::Refused, 1_000_000),
            Route::Broken => (Reply::Unknown, 1_000_000),
            Route::Answered(after) => (self.serve(who, lease, id, wish)?, after),
            Route::Unanswered => {
                self.serve(who, lease, id, wish)?;
                return Ok(());
            }
            Route::Garbled => {
                self.serve(who, lease, id, wish)?;
                (Reply::Unknown, 1_000_000)
            }
            Route::Repeated => {
                self.serve(who, lease, id, wish)?;
                (self.serve(who, lease, id, wish)?, 1_000_000)
            }
        };
        self.answer(who, lease, id, reply, after);
        Ok(())
    }

    fn serve(&mut self, who: usize, lease: usize, id: RequestId, wish: &Wish) -> Result<Reply, String> {
        if let Wish::Put(put) = wish {
            let call = match id {
                RequestId::Ours(_) => None,
                RequestId::Go(_, call) => Some(call),
            };
            self.judge_write(who, lease, call, put)?;
        }
        let known = self.store.history.len();
        let answer = self.store.serve(self.now, who, lease, wish);
        self.log(|| format!("server: p{who} l{lease} {wish:?}: {answer:?}"));
        match &answer {
            Answer::Conflict => self.count(Kind::Conflict),
            Answer::NotFound => self.count(Kind::NotFound),
            _ => {}
        }
        if matches!(answer, Answer::Written(_)) {
            self.sweep(lease);
        }
        self.spread(known);
        Ok(Reply::Answer(answer))
    }

    fn answer(&mut self, who: usize, lease: usize, id: RequestId, reply: Reply, after: u64) {
        self.agenda.put(self.now + after, Happening::Reply { who, lease, id, reply });
    }
}
