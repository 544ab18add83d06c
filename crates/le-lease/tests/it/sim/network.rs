//! What happens to requests and replies.

use std::time::Duration;

use le_lease::{AttemptId, Reply, Request};

use super::agenda::{Fate, Happening};
use super::world::{Verdict, World};

impl World {
    /// Sends a request on its way.
    pub(crate) fn dispatch(&mut self, who: usize, id: AttemptId, request: Request, timeout: Duration) {
        let quick = (timeout.as_nanos() as u64 / 4).min(50_000_000);
        let (mut there, mut back) = (self.random.u64(1..=quick), self.random.u64(1..=quick));
        let astray = self.stormy() && self.random.u32(..1000) < self.plan.astray;
        let mut fate = Fate::Answered { after: back };
        if astray {
            // Late means up to two lease durations, but no later than the faults last.
            let late = self.random.u64(..2 * self.lease()).min(self.plan.faults_end - self.now);
            let what;
            (what, fate) = match self.random.u8(..8) {
                0 => return self.count("request lost"),
                1 => ("reply lost", Fate::Unanswered),
                2 => {
                    there = late;
                    ("applied late", Fate::Answered { after: back })
                }
                3 => {
                    back = late;
                    ("reply late", Fate::Answered { after: back })
                }
                4 => ("reply garbled", Fate::Garbled),
                5 => ("request repeated", Fate::Repeated),
                6 => ("request refused", Fate::Refused),
                _ => ("connection broken", Fate::Broken),
            };
            self.count(what);
        }
        self.agenda.put(self.now + there, Happening::Arrive { who, id, request, fate });
    }

    /// Serves a request that arrives.
    pub(crate) fn arrive(&mut self, who: usize, id: AttemptId, request: &Request, fate: Fate) -> Verdict {
        if self.now < self.processes[who].cut_off_until {
            self.count("cut off");
            return Ok(());
        }
        if self.now < self.server_down_until {
            self.count("server down");
            // Half of the time it does not even say so.
            if self.random.bool() {
                let reply = if self.random.bool() { Reply::Refused } else { Reply::Unknown };
                self.reply(who, id, reply, 1_000_000);
            }
            return Ok(());
        }
        let reply = match fate {
            Fate::Refused => Reply::Refused,
            Fate::Broken => Reply::Unknown,
            Fate::Answered { .. } | Fate::Unanswered | Fate::Garbled => self.serve(who, request)?,
            Fate::Repeated => {
                self.serve(who, request)?;
                self.serve(who, request)?
            }
        };
        match fate {
            Fate::Answered { after } => self.reply(who, id, reply, after),
            Fate::Unanswered => {}
            Fate::Garbled | Fate::Broken => self.reply(who, id, Reply::Unknown, 1_000_000),
            Fate::Repeated | Fate::Refused => self.reply(who, id, reply, 1_000_000),
        }
        Ok(())
    }

    fn serve(&mut self, who: usize, request: &Request) -> Result<Reply, String> {
        let known = self.store.history.len();
        let reply = self.store.serve(who, request);
        let reply = reply.map_err(|_| format!("p{who} released the Lease of {:?}", self.store.writer))?;
        self.log(|| format!("server: p{who} {request:?}: {reply:?}"));
        match &reply {
            Reply::Conflict => self.count("conflict"),
            Reply::NotFound => self.count("not found"),
            Reply::Refused => return Err("an invalid write".into()),
            _ => {}
        }
        self.sweep();
        self.spread(known);
        Ok(reply)
    }

    fn reply(&mut self, who: usize, id: AttemptId, reply: Reply, after: u64) {
        self.agenda.put(self.now + after, Happening::Answer { who, id, reply });
    }
}
