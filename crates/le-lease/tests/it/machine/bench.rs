//! One machine on a bench: a clock moved by hand, a small store, and a server that errs when told to.

use std::time::Duration;

use le_config::Timing;
use le_core::{Moment, StopReason};
use le_lease::{
    Attempt, AttemptId, Event, Machine, Options, Record, Reply, Request, Sighting, Version, WatchState,
    WriteTime,
};

use super::store::Store;
use super::words;

/// What the server does with a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Server {
    /// It answers at once.
    Serves,
    /// It neither applies nor answers.
    Swallows,
    /// It applies, and never answers.
    Mute,
    /// It applies, and answers when told to.
    Late,
    /// It answers reads at once; writes it applies when told to, and answers then.
    Slow,
    /// It refuses.
    Refuses,
    /// It applies nothing and answers nonsense.
    Errs,
}

impl Server {
    pub(crate) const ALL: [Self; 7] =
        [Self::Serves, Self::Swallows, Self::Mute, Self::Late, Self::Slow, Self::Refuses, Self::Errs];
}

/// The number under which the machine writes.
const ME: usize = 0;

#[derive(Debug)]
pub(crate) struct Bench {
    pub(crate) now: Moment,
    pub(crate) machine: Machine,
    pub(crate) store: Store,
    pub(crate) server: Server,
    /// Whether the watch tells of every change at once.
    pub(crate) watch: bool,
    pub(crate) events: Vec<Event>,
    /// All requests and when they were sent.
    pub(crate) requests: Vec<(Moment, Request)>,
    /// All of it as text, in the order in which it happened.
    pub(crate) log: Vec<String>,
    told: usize,
    /// By how many microseconds the time of day has jumped.
    pub(crate) jumped: i64,
    swallowed: Option<AttemptId>,
    replies: Vec<(AttemptId, Reply)>,
    waiting: Vec<Attempt>,
}

/// 15 s, 10 s, 2 s: an attempt may take 2 s.
pub(crate) fn timing() -> Timing {
    Timing::new(secs(15), secs(10), secs(2)).expect("valid")
}

pub(crate) fn secs(secs: u64) -> Duration {
    Duration::from_secs(secs)
}

pub(crate) fn millis(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

/// A Lease held by somebody else.
pub(crate) fn held_by(holder: &str) -> Record {
    Record {
        version: Version::new(0),
        uid: "uid-of-another".into(),
        holder: Some(holder.into()),
        duration_seconds: Some(15),
        transitions: Some(3),
        renewed: Some(WriteTime::from_micros(7)),
    }
}

impl Bench {
    /// A machine on an empty store, before its first step.
    pub(crate) fn bare(options: Options) -> Self {
        let machine = Machine::with_options(timing(), "me".parse().expect("valid"), 42, options);
        Self {
            now: Moment::from_nanos(1_000_000_000),
            machine,
            store: Store::default(),
            server: Server::Serves,
            watch: false,
            events: Vec::new(),
            requests: Vec::new(),
            log: Vec::new(),
            told: 0,
            jumped: 0,
            swallowed: None,
            replies: Vec::new(),
            waiting: Vec::new(),
        }
    }

    /// A machine that has listed an empty store and taken it.
    pub(crate) fn leading() -> Self {
        let mut bench = Self::bare(Options::default());
        bench.list();
        assert!(bench.leads(), "{:?}", bench.events);
        bench.forget();
        bench
    }

    /// A machine that watches a Lease held by another.
    pub(crate) fn waiting_for(record: Record) -> Self {
        Self::waiting_with(record, Options::default())
    }

    pub(crate) fn waiting_with(record: Record, options: Options) -> Self {
        let mut bench = Self::bare(options);
        bench.store.put(None, record);
        bench.list();
        bench
    }

    /// Lists the store, and watches it from now on.
    pub(crate) fn list(&mut self) {
        self.watch = true;
        self.machine.handle_watch(self.now, WatchState::Starting);
        let sighting = match self.store.lease() {
            Some(record) => Sighting::Present(record.clone()),
            None => Sighting::Absent { asked: self.now },
        };
        self.machine.handle_sighting(self.now, sighting);
        self.machine.handle_watch(self.now, WatchState::Up);
        self.told = self.store.history.len();
        self.step();
    }

    /// Does what a driver does after a fact, and lets the server answer, until nothing is left to do at this moment.
    pub(crate) fn step(&mut self) {
        for _ in 0..60 {
            self.machine.handle_timeout(self.now);
            while let Some(event) = self.machine.poll_event() {
                self.note(words::event(&event));
                self.events.push(event);
            }
            let wall = self.wall();
            if let Some(attempt) = self.machine.poll_request(self.now, wall) {
                self.note(format!("-> {}", words::request(&attempt.request)));
                self.requests.push((self.now, attempt.request.clone()));
                self.take(attempt);
            }
            if self.watch && self.told < self.store.history.len() {
                let sighting = self.store.history[self.told].sighting();
                self.told += 1;
                self.note(format!("told: {}", words::sighting(&sighting)));
                self.machine.handle_sighting(self.now, sighting);
            } else if self.machine.poll_timeout().is_none_or(|at| at > self.now) {
                return;
            }
        }
        panic!("it spins: {:?}", self.machine);
    }

    fn take(&mut self, attempt: Attempt) {
        let reply = match self.server {
            Server::Swallows => {
                self.swallowed = Some(attempt.id);
                return;
            }
            Server::Slow if attempt.request != Request::Get => return self.waiting.push(attempt),
            Server::Refuses => Reply::Refused,
            Server::Errs => Reply::Unknown,
            Server::Serves | Server::Mute | Server::Late | Server::Slow => self.serve(&attempt.request),
        };
        match self.server {
            Server::Mute => {}
            Server::Late => self.replies.push((attempt.id, reply)),
            _ => self.hand_over(attempt.id, reply),
        }
    }

    /// Answers the last request by whatever a test likes.
    pub(crate) fn answer(&mut self, reply: Reply) {
        let id = self.swallowed.take().expect("a request was swallowed");
        self.hand_over(id, reply);
        self.step();
    }

    /// Lets all replies arrive that were held back, and all requests be served that were.
    pub(crate) fn deliver(&mut self) {
        for attempt in std::mem::take(&mut self.waiting) {
            let reply = self.serve(&attempt.request);
            self.replies.push((attempt.id, reply));
        }
        for (id, reply) in std::mem::take(&mut self.replies) {
            self.hand_over(id, reply);
        }
        self.step();
    }

    fn wall(&self) -> WriteTime {
        WriteTime::from_micros((self.now.as_nanos() / 1000) as i64 + self.jumped)
    }

    fn serve(&mut self, request: &Request) -> Reply {
        self.store.serve(ME, request).expect("a release frees only one's own")
    }

    fn hand_over(&mut self, id: AttemptId, reply: Reply) {
        self.note(format!("<- {}", words::reply(&reply)));
        self.machine.handle_reply(self.now, id, reply);
    }

    fn note(&mut self, line: String) {
        self.log.push(format!("{} {line}", words::time(self.now)));
    }

    /// Lets time pass; the machine is called whenever it asked for it.
    pub(crate) fn wait(&mut self, time: Duration) {
        let until = self.now + time;
        self.step();
        while let Some(at) = self.machine.poll_timeout().filter(|at| *at <= until) {
            self.now = at;
            self.step();
        }
        self.now = until;
        self.step();
    }

    /// Lets time pass without a call, as when the process was stopped.
    pub(crate) fn freeze(&mut self, time: Duration) {
        self.now = self.now + time;
    }

    pub(crate) fn stop(&mut self) {
        self.machine.handle_stop(self.now);
        self.step();
    }

    pub(crate) fn drained(&mut self) {
        self.machine.handle_drained(self.now);
        self.step();
    }

    pub(crate) fn step_down(&mut self, cooldown: Duration) {
        self.machine.handle_step_down(self.now, StopReason::PromotionFailed, cooldown);
        self.step();
    }

    /// Replaces the Lease by what a stranger makes of it.
    pub(crate) fn meddle(&mut self, change: impl FnOnce(&mut Record)) {
        let mut record = self.store.lease().expect("there is a Lease").clone();
        change(&mut record);
        self.store.put(None, record);
        self.step();
    }

    pub(crate) fn delete(&mut self) {
        self.store.delete();
        self.step();
    }

    /// Lets another take the Lease, and renew it once.
    pub(crate) fn take_as(&mut self, holder: &str) {
        let renewed = Some(WriteTime::from_micros(self.now.as_nanos() as i64));
        match self.store.lease().cloned() {
            Some(record) => self.store.put(None, Record { holder: Some(holder.into()), renewed, ..record }),
            None => {
                let uid = format!("uid-by-{holder}");
                self.store.put(None, Record { uid, renewed, ..held_by(holder) })
            }
        };
        self.step();
    }
}
