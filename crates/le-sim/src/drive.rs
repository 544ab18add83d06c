//! Drives the candidates as a driver does, and judges what they do.

use le_lease::{Event, Reply as Told, WriteTime};

use crate::agenda::{Reply, RequestId};
use crate::go;
use crate::replica::Body;
use crate::seat::{Answered, Work};
use crate::seen::Kind;
use crate::store::{Answer, Wish};
use crate::world::{Verdict, World};

impl World<'_> {
    /// Does for a machine what a driver does after every fact, in the order that its doc states.
    pub(crate) fn drive(&mut self, who: usize, lease: usize, answered: Option<Answered>) -> Verdict {
        let local = self.replicas[who].clock.read(self.now);
        let wall = self.wall(who);
        for _ in 0..8 {
            self.seat(who, lease).machine.handle_timeout(local);
            while let Some(event) = self.seat(who, lease).machine.poll_event() {
                self.log(|| format!("p{who} l{lease} {event:?}"));
                let Body::Ours(seats) = &mut self.replicas[who].body else { unreachable!("it is ours") };
                seats[lease]
                    .check_event(local, &event, answered, &mut self.seen)
                    .map_err(blame(who, lease))?;
                self.take_event(who, lease, &event)?;
            }
            if let Some(attempt) = self.seat(who, lease).machine.poll_request(local, wall) {
                self.log(|| format!("p{who} l{lease} -> {:?} {:?}", attempt.id, attempt.request));
                let Body::Ours(seats) = &mut self.replicas[who].body else { unreachable!("it is ours") };
                seats[lease].check_attempt(local, &attempt, &mut self.seen).map_err(blame(who, lease))?;
                let nth = seats[lease].requests;
                let wish = Wish::of(&attempt.request);
                let timeout = attempt.give_up.since(local);
                self.send(who, lease, RequestId::Ours(attempt.id), nth, wish, timeout);
            }
            let seat = self.seat(who, lease);
            match seat.machine.poll_timeout() {
                Some(at) if at <= local => continue,
                Some(at) => self.wake_at(who, lease, at),
                None if seat.finished => self.leave(who),
                None if seat.work != Work::Idle => {}
                None => return Err(format!("p{who} l{lease} waits for nothing")),
            }
            let seat = self.seat(who, lease);
            seat.check(local).map_err(blame(who, lease))?;
            return self.check_leaders(who, lease);
        }
        Err(format!("p{who} l{lease} spins"))
    }

    pub(crate) fn seat(&mut self, who: usize, lease: usize) -> &mut crate::seat::Seat {
        self.replicas[who].seat(lease).expect("only ours are driven so")
    }

    /// The wall clock of a process. The last digits tell processes apart, for no two clocks agree to the microsecond.
    fn wall(&self, who: usize) -> WriteTime {
        let wall = self.replicas[who].wall + (self.now / 1000) as i64;
        WriteTime::from_micros(wall / 64 * 64 + who as i64 % 64)
    }

    fn take_event(&mut self, who: usize, lease: usize, event: &Event) -> Verdict {
        match event {
            Event::Lead { token, .. } => {
                let docket = &mut self.dockets[lease];
                let newest = docket.newest_token;
                docket.newest_token = newest.max(Some(*token));
                if newest.is_some_and(|newest| *token <= newest) && !self.in_window(lease) {
                    return Err(format!("p{who} l{lease} begins with token {token} after {newest:?}"));
                }
                self.work_begins(who, lease);
            }
            Event::WindDown | Event::End { .. } => self.end_work(who, lease),
            _ => {}
        }
        Ok(())
    }

    /// A process whose candidates have all finished ends.
    fn leave(&mut self, who: usize) {
        if let Body::Ours(seats) = &self.replicas[who].body {
            self.replicas[who].alive = !seats.iter().all(|seat| seat.finished);
        }
    }

    /// Hands a reply over.
    pub(crate) fn hand_over(&mut self, who: usize, lease: usize, id: RequestId, reply: Reply) -> Verdict {
        if self.now < self.replicas[who].cut_off_until {
            return Ok(());
        }
        self.log(|| format!("p{who} l{lease} <- {id:?} {reply:?}"));
        match id {
            RequestId::Ours(id) => {
                let told = match reply {
                    Reply::Answer(Answer::Found(record)) => Told::Found(record),
                    Reply::Answer(Answer::Written(record)) => Told::Written(record),
                    Reply::Answer(Answer::NotFound) => Told::NotFound,
                    Reply::Answer(Answer::Conflict) => Told::Conflict,
                    Reply::Answer(Answer::Invalid) => {
                        return Err(format!("p{who} l{lease} wrote what no server takes"));
                    }
                    Reply::Refused => Told::Refused,
                    Reply::Unknown => Told::Unknown,
                };
                let local = self.replicas[who].clock.read(self.now);
                let seat = self.seat(who, lease);
                let answered = seat.check_reply(local, id, &told);
                seat.machine.handle_reply(local, id, told);
                self.drive(who, lease, answered)
            }
            RequestId::Go(id, _) => {
                let (local, wall) = (self.replicas[who].clock.read(self.now), self.wall(who));
                let mut told = Vec::new();
                let Body::Go(seats) = &mut self.replicas[who].body else { unreachable!("it is not ours") };
                let asks = seats[lease].gopher.reply(local, wall, id, reply, &mut told);
                self.go_asks(who, lease, asks);
                self.go_told(who, lease, &told)?;
                self.drive_go(who, lease)
            }
        }
    }

    /// Lets a candidate like client-go do what is due.
    pub(crate) fn drive_go(&mut self, who: usize, lease: usize) -> Verdict {
        let (local, wall) = (self.replicas[who].clock.read(self.now), self.wall(who));
        let mut told = Vec::new();
        let Body::Go(seats) = &mut self.replicas[who].body else { unreachable!("it is not ours") };
        let asks = seats[lease].gopher.poll(local, wall, &mut told);
        self.go_asks(who, lease, asks);
        self.go_told(who, lease, &told)?;
        let Body::Go(seats) = &self.replicas[who].body else { unreachable!("it is not ours") };
        match seats[lease].gopher.timeout() {
            Some(at) => self.wake_at(who, lease, at),
            None => self.replicas[who].alive = !seats.iter().all(|seat| seat.gopher.is_off()),
        }
        Ok(())
    }

    fn go_asks(&mut self, who: usize, lease: usize, asks: Option<(u64, go::Call, Wish)>) {
        let Some((id, call, wish)) = asks else { return };
        self.log(|| format!("p{who} l{lease} (go) -> {id} {call:?} {wish:?}"));
        let Body::Go(seats) = &mut self.replicas[who].body else { unreachable!("it is not ours") };
        seats[lease].requests += 1;
        let nth = seats[lease].requests;
        let timeout = self.schedule.frame.timings[0].timing().retry_period();
        self.send(who, lease, RequestId::Go(id, call), nth, wish, timeout);
    }

    fn go_told(&mut self, who: usize, lease: usize, told: &[go::Told]) -> Verdict {
        for told in told {
            self.log(|| format!("p{who} l{lease} (go) {told:?}"));
            self.count(match told {
                go::Told::Leads => Kind::GoLeads,
                go::Told::Renewed => Kind::GoRenews,
                go::Told::Fails => Kind::GoFails,
                go::Told::Loses => Kind::GoReleases,
            });
        }
        let Body::Go(seats) = &mut self.replicas[who].body else { unreachable!("it is not ours") };
        let seat = &mut seats[lease];
        if !seat.gopher.leads() {
            (seat.outstays, seat.knows) = (false, false);
        }
        let knows = seat.gopher.knows_of_its_loss();
        if knows && !seat.knows {
            self.seen.count(Kind::GoLosesKnowingly);
        }
        seat.knows = knows;
        self.check_leaders(who, lease)
    }
}

/// Says whose fault a broken rule is.
fn blame(who: usize, lease: usize) -> impl Fn(String) -> String {
    move |broken| format!("p{who} l{lease}: {broken}")
}
