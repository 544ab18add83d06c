//! What happens to requests and replies.

use std::sync::Arc;

use le_lease::{AttemptId, Reply, Request, Sighting};

use crate::journal::Journal;
use crate::late::{Late, Message};
use crate::rules::Rule;
use crate::world::World;

/// What becomes of a request that is on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    Answered,
    AnsweredLate,
    Unanswered,
    Garbled,
    Repeated,
    Refused,
}

impl World {
    /// Lets the request on its way reach the store. Its reply comes before what the watches tell of it; that it may come after is
    /// what a late reply shows.
    pub(crate) fn serve(&mut self, who: usize, fate: Fate, journal: &mut Journal<'_>) {
        let life = self.candidates[who].life;
        let (attempt, _) = self.process_mut(who).sending.take().expect("a request is on its way");
        let id = attempt.id;
        let (mut reply, mut change) = match fate {
            Fate::Refused => (Reply::Refused, None),
            _ => self.apply(life, &attempt.request, journal),
        };
        if fate == Fate::Repeated {
            let (second, again) = self.apply(life, &attempt.request, journal);
            (reply, change) = (second, again.or(change));
        }
        match fate {
            Fate::Answered | Fate::Repeated | Fate::Refused => self.reply(who, id, reply, journal),
            Fate::Garbled => self.reply(who, id, Reply::Unknown, journal),
            Fate::AnsweredLate => self.keep(who, id, Message::Reply(Arc::new(reply))),
            Fate::Unanswered => {}
        }
        self.spread(change, journal);
    }

    /// Lets a late request reach the store. Whoever sent it may be gone.
    pub(crate) fn arrive(&mut self, index: usize, journal: &mut Journal<'_>) {
        let late = self.late.remove(index);
        let Message::Request(request) = late.message else { return };
        let (reply, change) = self.apply(late.life, &request, journal);
        let alive = self.candidates[late.place].life == late.life && self.process(late.place).is_some();
        if alive {
            self.reply(late.place, late.id, reply, journal);
        }
        self.spread(change, journal);
    }

    pub(crate) fn hear(&mut self, index: usize, journal: &mut Journal<'_>) {
        let late = self.late.remove(index);
        if let Message::Reply(reply) = late.message {
            self.reply(late.place, late.id, (*reply).clone(), journal);
        }
    }

    /// Lets a request arrive whenever it will.
    pub(crate) fn delay_request(&mut self, who: usize) {
        if let Some((attempt, _)) = self.process_mut(who).sending.take()
            && attempt.request != Request::Get
        {
            self.keep(who, attempt.id, Message::Request(Arc::new(attempt.request.clone())));
        }
    }

    /// Takes in that the machine gave up a request that has not arrived yet, and may.
    pub(crate) fn abandon(&mut self, who: usize, id: AttemptId) {
        let sending = &self.process_mut(who).sending;
        if sending.as_ref().is_some_and(|(attempt, _)| attempt.id == id) {
            self.delay_request(who);
        }
    }

    fn apply(
        &mut self,
        life: u64,
        request: &Request,
        journal: &mut Journal<'_>,
    ) -> (Reply, Option<Sighting>) {
        let served = self.store.serve(life, request);
        journal.note_reply(&served.reply);
        journal.line(|| format!("the store answers {:?}", served.reply));
        if served.freed_another {
            self.breaks(Rule::OwnTermOnly);
        }
        (served.reply, served.change)
    }

    /// Hands a reply over, or keeps it for a process that is paused.
    fn reply(&mut self, who: usize, id: AttemptId, reply: Reply, journal: &mut Journal<'_>) {
        if !self.is_awake(who) {
            return self.keep(who, id, Message::Reply(Arc::new(reply)));
        }
        let now = self.now();
        let success = matches!(reply, Reply::Written(_));
        let process = self.process_mut(who);
        let answered = process.check_reply(now, id, success);
        process.machine_mut().handle_reply(now, id, reply);
        self.drive(who, answered, journal);
    }

    fn keep(&mut self, who: usize, id: AttemptId, message: Message) {
        self.late.push(Late::new(who, self.candidates[who].life, id, message));
    }
}
